// Strings
let text = String::from("Server accessed.(1)"); //: String
let upper = text.to_uppercase(); //: String
let trimmed = text.trim().to_string(); //: String
let words: Vec<String> = text.split_whitespace().map(str::to_string).collect(); //: Vec<String>
let lengths = words.iter().map(String::len).collect::<Vec<_>>(); //: Vec<usize>
let joined = words.join("-"); //: String
let pieces = text.split('.').map(|piece| piece.to_owned()).collect::<Vec<_>>(); //: Vec<String>
let found = text.find("accessed"); //: Option<usize>
let counted = text.matches('e').count(); //: usize
let bytes = text.as_bytes().to_vec(); //: Vec<u8>
let letters = text.chars().filter(|letter| letter.is_alphabetic()).collect::<String>(); //: String
let reversed = text.chars().rev().collect::<String>(); //: String
let first_letter = text.chars().next(); //: Option<char>
let last_place = text.char_indices().last(); //: Option<(usize, char)>
let replaced = text.replace("Server", "Client"); //: String
let formatted = format!("{text:?}"); //: String
let parsed = "49152".parse::<u16>(); //: Result<u16, std::num::ParseIntError>
let number = "49152".parse::<u16>()?; //: u16
let halves = text.split_once('.').map(|(left, right)| (left.len(), right.to_string())); //: Option<(usize, String)>
let stripped = text.strip_prefix("Server ").map(str::to_owned); //: Option<String>
let lossy = String::from_utf8_lossy(&bytes).into_owned(); //: String
let decoded = String::from_utf8(bytes.clone()); //: Result<String, std::string::FromUtf8Error>
let decoded_again = String::from_utf8(bytes.clone())?; //: String
let checked = std::str::from_utf8(&bytes).is_ok(); //: bool
let repeated = "ab".repeat(3); //: String
let boxed_text = text.clone().into_boxed_str(); //: Box<str>
let lines = "one\ntwo".lines().map(|line| line.len()).sum::<usize>(); //: usize
let codes = text.bytes().map(u32::from).max(); //: Option<u32>
let pushed = { let mut made = String::with_capacity(8); made.push_str("ab"); made.push('c'); made }; //: String
let positions = text.match_indices("er").map(|(place, _)| place).collect::<Vec<_>>(); //: Vec<usize>
let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(); //: String
let character = char::from_digit(7, 10); //: Option<char>
let digit = '7'.to_digit(10); //: Option<u32>
let ascii = 'x'.to_ascii_uppercase(); //: char

// Slices and vectors
let numbers = vec![3, 1, 2]; //: Vec<i32>
let mut sorted = numbers.clone(); //: Vec<i32>
sorted.sort();
let largest = numbers.iter().max().copied(); //: Option<i32>
let smallest = numbers.iter().copied().min(); //: Option<i32>
let total: i32 = numbers.iter().sum(); //: i32
let product = numbers.iter().product::<i32>(); //: i32
let doubled = numbers.iter().map(|number| number * 2).collect::<Vec<_>>(); //: Vec<i32>
let even = numbers.iter().filter(|number| **number % 2 == 0).cloned().collect::<Vec<i32>>(); //: Vec<i32>
let place = numbers.iter().position(|number| *number == 1); //: Option<usize>
let has = numbers.contains(&3); //: bool
let head = numbers.first().copied(); //: Option<i32>
let tail = numbers.last().cloned(); //: Option<i32>
let part = numbers[1..].to_vec(); //: Vec<i32>
let some_part = numbers.get(1..3).map(<[i32]>::to_vec); //: Option<Vec<i32>>
let split = numbers.split_first().map(|(first, rest)| (*first, rest.len())); //: Option<(i32, usize)>
let chunks = numbers.chunks(2).map(|chunk| chunk.to_vec()).collect::<Vec<_>>(); //: Vec<Vec<i32>>
let pairs = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>(); //: Vec<i32>
let found_at = sorted.binary_search(&2); //: Result<usize, usize>
let popped = sorted.pop(); //: Option<i32>
let drained = sorted.drain(..1).collect::<Vec<_>>(); //: Vec<i32>
let swapped = { let mut copy = numbers.clone(); copy.swap(0, 1); copy }; //: Vec<i32>
let array = [0u8; 16]; //: [u8; 16]
let grid = [[1.5f64; 2]; 3]; //: [[f64; 2]; 3]
let from_array = Vec::from([1u8, 2]); //: Vec<u8>
let array_of = <[u8; 2]>::try_from(&array[..2])?; //: [u8; 2]
let mapped_array = [1, 2, 3].map(|number| number as f32); //: [f32; 3]
let concatenated = [vec![1], vec![2, 3]].concat(); //: Vec<i32>
let boxed_slice = numbers.clone().into_boxed_slice(); //: Box<[i32]>
let extended = { let mut copy = numbers.clone(); copy.extend([4, 5]); copy }; //: Vec<i32>
let retained = { let mut copy = numbers.clone(); copy.retain(|number| *number > 1); copy }; //: Vec<i32>
let deduplicated = { let mut copy = vec!["a", "a"]; copy.dedup(); copy.len() }; //: usize
let keyed = { let mut copy = words_of("bb a"); copy.sort_by_key(|word| word.len()); copy }; //: Vec<String>
fn words_of(text: &str) -> Vec<String> { text.split(' ').map(String::from).collect() }
let big_endian = 49152u16.to_be_bytes(); //: [u8; 2]
let number_back = u16::from_be_bytes([big_endian[0], big_endian[1]]); //: u16
let parts = array.split_at(4).0.to_vec(); //: Vec<u8>
let filled = { let mut copy = array; copy.fill(7); copy }; //: [u8; 16]
let from_exact = array.chunks_exact(4).map(|four| u32::from_be_bytes(four.try_into().unwrap())).collect::<Vec<_>>(); //: Vec<u32>

// Iterators
let range = 0..10; //: std::ops::Range<i32>
let inclusive = 1..=5; //: std::ops::RangeInclusive<i32>
let squares = (1..=5).map(|number| number * number).collect::<Vec<u64>>(); //: Vec<u64>
let folded = (1..=5).fold(0u64, |sum, number| sum + number); //: u64
let reduced = (1..=5).reduce(|left, right| left * right); //: Option<i32>
let zipped = (0..3).zip(["a", "b", "c"].map(String::from)).collect::<Vec<_>>(); //: Vec<(i32, String)>
let enumerated = "abc".chars().enumerate().collect::<Vec<_>>(); //: Vec<(usize, char)>
let chained = (0..2).chain(8..10).collect::<Vec<_>>(); //: Vec<i32>
let taken = (0..).take(3).collect::<Vec<i32>>(); //: Vec<i32>
let taken_while = (0..).take_while(|number| number * number < 50).count(); //: usize
let skipped = (0..10).skip(2).step_by(3).collect::<Vec<_>>(); //: Vec<i32>
let flat = vec![vec![1], vec![2, 3]].into_iter().flatten().collect::<Vec<_>>(); //: Vec<i32>
let flat_mapped = (0..3).flat_map(|number| vec![number; number]).collect::<Vec<_>>(); //: Vec<usize>
let filter_mapped = ["1", "x", "3"].iter().filter_map(|text| text.parse::<i32>().ok()).collect::<Vec<_>>(); //: Vec<i32>
let found_first = (1..100).find(|number| number % 7 == 0); //: Option<i32>
let found_mapped = ["x", "3"].iter().find_map(|text| text.parse::<u8>().ok()); //: Option<u8>
let any = (0..3).any(|number| number == 2); //: bool
let all = (0..3).all(|number| number < 2); //: bool
let greatest = ["a", "ccc", "bb"].into_iter().max_by_key(|word| word.len()).map(String::from); //: Option<String>
let least = [2.5, 0.5].into_iter().min_by(f64::total_cmp); //: Option<f64>
let average = [2.5, 0.5].iter().sum::<f64>() / 2.0; //: f64
let (low, high): (Vec<i32>, Vec<i32>) = (0..6).partition(|number| *number < 3); //: Vec<i32>, Vec<i32>
let (names, sizes): (Vec<String>, Vec<usize>) = ["a", "bb"].iter().map(|word| (word.to_string(), word.len())).unzip(); //: Vec<String>, Vec<usize>
let peeked = { let mut numbers = [1, 2].iter().peekable(); numbers.peek().map(|number| **number) }; //: Option<i32>
let scanned = (1..4).scan(0, |sum, number| { *sum += number; Some(*sum) }).collect::<Vec<_>>(); //: Vec<i32>
let results = ["1", "2"].iter().map(|text| text.parse::<i32>()).collect::<Result<Vec<_>, _>>(); //: Result<Vec<i32>, std::num::ParseIntError>
let options = [Some(1), None].into_iter().collect::<Option<Vec<_>>>(); //: Option<Vec<i32>>
let nth = (0..10).nth(3); //: Option<i32>
let last = (0..10).last(); //: Option<i32>
let reversed_range = (0..3).rev().collect::<Vec<_>>(); //: Vec<i32>
let cycled = [1, 2].iter().cycle().take(5).copied().collect::<Vec<_>>(); //: Vec<i32>
let from_fn = { let mut count = 0; std::iter::from_fn(move || { count += 1; (count < 4).then_some(count) }).collect::<Vec<_>>() }; //: Vec<i32>
let successors = std::iter::successors(Some(1u32), |number| number.checked_mul(10)).collect::<Vec<_>>(); //: Vec<u32>
let repeated_value = std::iter::repeat(7u8).take(3).collect::<Vec<_>>(); //: Vec<u8>
let once = std::iter::once(1).collect::<Vec<i64>>(); //: Vec<i64>
let compared = (0..3).cmp(0..4); //: std::cmp::Ordering
let equal = (0..3).eq(vec![0, 1, 2]); //: bool

// Option and Result
let some = Some(3); //: Option<i32>
let none: Option<i32> = None; //: Option<i32>
let mapped = some.map(|number| number + 1); //: Option<i32>
let or_zero = none.unwrap_or(0); //: i32
let or_default = none.unwrap_or_default(); //: i32
let or_else = none.or_else(|| Some(9)); //: Option<i32>
let and_then = some.and_then(|number: i32| number.checked_sub(5)); //: Option<i32>
let filtered = some.filter(|number| *number > 5); //: Option<i32>
let zipped_options = some.zip(Some("a".to_string())); //: Option<(i32, String)>
let as_result = some.ok_or("nothing"); //: Result<i32, &str>
let as_text = some.ok_or_else(|| format!("nothing")); //: Result<i32, String>
let is = some.is_some_and(|number| number == 3); //: bool
let mut taken_from = Some(String::from("a")); //: Option<String>
let took = taken_from.take(); //: Option<String>
let inserted = *taken_from.get_or_insert_with(String::new) == ""; //: bool
let replaced_option = { let mut option = Some(1); option.replace(2) }; //: Option<i32>
let mapped_or = some.map_or(0.5, |number| f64::from(number)); //: f64
let transposed = Some("1".parse::<u8>()).transpose(); //: Result<Option<u8>, std::num::ParseIntError>
let good: Result<i32, String> = Ok(1); //: Result<i32, String>
let mapped_result = good.clone().map(|number| number * 2); //: Result<i32, String>
let mapped_error = good.clone().map_err(|error| error.len()); //: Result<i32, usize>
let as_option = good.clone().ok(); //: Option<i32>
let error = "x".parse::<i32>().unwrap_err(); //: std::num::ParseIntError
let error_text = "x".parse::<i32>().map_err(|error| error.to_string()); //: Result<i32, String>
let chain = "5".parse::<u8>().ok().and_then(|number| number.checked_mul(2)); //: Option<u8>
let matched = match "7".parse::<u64>() { Ok(number) => number, Err(_) => 0 }; //: u64
let converted = u8::try_from(300i32); //: Result<u8, std::num::TryFromIntError>
let converted_or = u8::try_from(300i32).unwrap_or(u8::MAX); //: u8
let boxed_error: Box<dyn std::error::Error> = "broken".into(); //: Box<dyn std::error::Error>
let inspected = some.inspect(|number| println!("{number}")); //: Option<i32>

// Numbers
let sum = 1 + 2; //: i32
let float = 2.0f32.sqrt(); //: f32
let rounded = (2.5f64).round() as i64; //: i64
let power = 2u64.pow(10); //: u64
let remainder = (-7i32).rem_euclid(3); //: i32
let wrapped = 255u8.wrapping_add(1); //: u8
let checked_sum = 255u8.checked_add(1); //: Option<u8>
let saturated = 255u8.saturating_add(1); //: u8
let overflowing = 255u8.overflowing_add(1); //: (u8, bool)
let limited = 12.clamp(0, 10); //: i32
let greater = 3.max(4); //: i32
let ones = 0xffu32.count_ones(); //: u32
let zeros = 1u16.leading_zeros(); //: u32
let rotated = 1u8.rotate_left(3); //: u8
let absolute = (-3i16).abs_diff(4); //: u16
let signum = (-2.5f64).signum(); //: f64
let ordering = 1.cmp(&2); //: std::cmp::Ordering
let partial = 1.0.partial_cmp(&f64::NAN); //: Option<std::cmp::Ordering>
let from_hex = u32::from_str_radix("ff", 16)?; //: u32
let division = 7usize.div_ceil(2); //: usize
let logarithm = 1000u32.ilog10(); //: u32
let as_float = 3 as f64 / 4.0; //: f64
let widened = i64::from(7i32); //: i64
let into: u64 = 7u32.into(); //: u64
let nonzero = std::num::NonZeroU16::new(7); //: Option<std::num::NonZero<u16>>
let wrapping = std::num::Wrapping(5u8); //: std::num::Wrapping<u8>
let digits = 49152u16.to_string(); //: String
let in_hex = format!("{:#06x}", 49152); //: String
const LENGTH: usize = 2usize.pow(4) + "Hello.".len();
let by_constant = [0u8; LENGTH]; //: [u8; 22]
let by_size = [0u8; std::mem::size_of::<u64>() * 2]; //: [u8; 16]

// Hash maps and sets
use std::collections::{HashMap, HashSet};
let mut map: HashMap<i32, i32> = HashMap::new(); //: HashMap<i32, i32>
let before = map.insert(1, 10); //: Option<i32>
let o = map.get(&1).copied(); //: Option<i32>
let e = *map.entry(2).or_insert(7); //: i32
let first = map.iter().next().map(|(k, v)| (*k, *v)); //: Option<(i32, i32)>
let present = map.contains_key(&1); //: bool
let removed = map.remove(&1); //: Option<i32>
let entries = map.len(); //: usize
let keys = map.keys().copied().collect::<Vec<_>>(); //: Vec<i32>
let values = map.values().copied().collect::<Vec<_>>(); //: Vec<i32>
let value_sum = map.values().sum::<i32>(); //: i32
let pairs_of = map.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>(); //: Vec<(i32, i32)>
let from_pairs = HashMap::from([("a".to_string(), 1), ("b".to_string(), 2)]); //: HashMap<String, i32>
let collected = (0..3).map(|number| (number, number * number)).collect::<HashMap<_, _>>(); //: HashMap<i32, i32>
let count_of = "abca".chars().fold(HashMap::new(), |mut counts, letter| { *counts.entry(letter).or_insert(0) += 1; counts }); //: HashMap<char, i32>
let most = count_of.iter().max_by_key(|(_, count)| **count).map(|(letter, count)| (*letter, *count)); //: Option<(char, i32)>
let grouped = { let mut groups: HashMap<usize, Vec<String>> = HashMap::new(); for word in ["a", "bb"] { groups.entry(word.len()).or_default().push(word.to_string()); } groups };
let group = grouped.get(&1).cloned(); //: Option<Vec<String>>
let group_sizes = grouped.values().map(Vec::len).collect::<Vec<_>>(); //: Vec<usize>
let mut sorted_keys = grouped.into_keys().collect::<Vec<_>>(); //: Vec<usize>
sorted_keys.sort_unstable();
let into_values = from_pairs.clone().into_values().collect::<Vec<_>>(); //: Vec<i32>
let into_pairs = from_pairs.clone().into_iter().collect::<Vec<_>>(); //: Vec<(String, i32)>
let index = from_pairs["a"]; //: i32
let key_value = from_pairs.get_key_value("a").map(|(key, value)| (key.clone(), *value)); //: Option<(String, i32)>
let with_default = from_pairs.get("c").copied().unwrap_or_default(); //: i32
let entry_key = map.entry(9).key().to_owned(); //: i32
let modified = *map.entry(9).and_modify(|value| *value += 1).or_insert_with(|| 5); //: i32
let drained_map = map.drain().collect::<Vec<_>>(); //: Vec<(i32, i32)>
let capacity = HashMap::<u8, u8>::with_capacity(10).capacity(); //: usize
let mut set = HashSet::new(); //: HashSet<u16>
let new = set.insert(3u16); //: bool
let largest_of = set.iter().copied().max(); //: Option<u16>
let set_length = set.len(); //: usize
let holds = set.contains(&3); //: bool
let other = HashSet::from([3u16, 4]); //: HashSet<u16>
let union = set.union(&other).copied().collect::<HashSet<_>>(); //: HashSet<u16>
let common = set.intersection(&other).copied().collect::<Vec<_>>(); //: Vec<u16>
let missing = other.difference(&set).count(); //: usize
let either = other.symmetric_difference(&set).cloned().collect::<Vec<u16>>(); //: Vec<u16>
let both = &set & &other; //: HashSet<u16>
let subset = set.is_subset(&other); //: bool
let taken_out = set.take(&3); //: Option<u16>
let from_words = "a b a".split(' ').map(String::from).collect::<HashSet<_>>();
let sorted_words = { let mut words = from_words.iter().cloned().collect::<Vec<_>>(); words.sort(); words }; //: Vec<String>
let into_set = from_words.into_iter().map(|word| word.len()).collect::<Vec<_>>(); //: Vec<usize>

// Other collections
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
let mut tree = BTreeMap::new(); //: BTreeMap<&str, f64>
let tree_before = tree.insert("a", 1.5); //: Option<f64>
let tree_value = tree.get("a").copied(); //: Option<f64>
let tree_first = tree.first_key_value().map(|(key, value)| (key.to_string(), *value)); //: Option<(String, f64)>
let tree_entry = *tree.entry("b").or_insert(0.5); //: f64
let tree_keys = tree.keys().map(|key| key.to_string()).collect::<Vec<_>>(); //: Vec<String>
let tree_range = tree.range("a"..).map(|(_, value)| *value).collect::<Vec<_>>(); //: Vec<f64>
let tree_last = tree.pop_last(); //: Option<(&str, f64)>
let tree_counts = "abca".chars().fold(BTreeMap::new(), |mut counts, letter| { *counts.entry(letter).or_insert(0) += 1; counts });
let tree_vector = tree_counts.into_iter().collect::<Vec<_>>(); //: Vec<(char, i32)>
let tree_set = [3, 1, 2].into_iter().collect::<BTreeSet<_>>(); //: BTreeSet<i32>
let tree_least = tree_set.first().copied(); //: Option<i32>
let tree_above = tree_set.range(2..).copied().collect::<Vec<_>>(); //: Vec<i32>
let mut deque = VecDeque::from([1, 2, 3]);
let front = deque.pop_front(); //: Option<i32>
let back = deque.back().copied(); //: Option<i32>
let deque_sum = deque.iter().sum::<i32>(); //: i32
let rotated_deque = { deque.push_front(9); deque.rotate_left(1); deque.clone() }; //: VecDeque<i32>
let as_vector = deque.into_iter().collect::<Vec<_>>(); //: Vec<i32>
let mut heap = BinaryHeap::from(vec![1, 5, 2]);
let top = heap.pop(); //: Option<i32>
let peek = heap.peek().copied(); //: Option<i32>
let reverse_heap = [1, 5].map(std::cmp::Reverse).into_iter().collect::<BinaryHeap<_>>(); //: BinaryHeap<std::cmp::Reverse<i32>>
let heap_sorted = heap.into_sorted_vec(); //: Vec<i32>
let list = LinkedList::from([1, 2]); //: LinkedList<i32>
let list_front = list.front().copied(); //: Option<i32>

// Time
use std::time::{Duration, Instant, SystemTime};
let start = Instant::now(); //: Instant
let elapsed = start.elapsed(); //: Duration
let seconds = elapsed.as_secs_f64(); //: f64
let milliseconds = elapsed.as_millis(); //: u128
let later = start + Duration::from_millis(10); //: Instant
let until = later.checked_duration_since(start); //: Option<Duration>
let remaining = later.saturating_duration_since(Instant::now()); //: Duration
let duration = Duration::from_secs_f32(0.5); //: Duration
let halved = duration / 2; //: Duration
let scaled = duration.mul_f64(1.5); //: Duration
let longest = duration.max(halved); //: Duration
let sum_of = [duration, halved].iter().sum::<Duration>(); //: Duration
let now = SystemTime::now(); //: SystemTime
let since = now.duration_since(SystemTime::UNIX_EPOCH); //: Result<Duration, std::time::SystemTimeError>
let stamp = now.duration_since(std::time::UNIX_EPOCH)?.as_secs(); //: u64
let parts_of = (duration.as_secs(), duration.subsec_nanos()); //: (u64, u32)
let earlier = now.checked_sub(Duration::from_secs(1)); //: Option<SystemTime>

// UDP
use std::net::UdpSocket;
let socket = UdpSocket::bind(("127.0.0.1", 0))?; //: UdpSocket
let address = socket.local_addr()?; //: std::net::SocketAddr
let port = address.port(); //: u16
let host = address.ip(); //: std::net::IpAddr
let kernel_chose = socket.local_addr().map(|address| address.port()); //: Result<u16, std::io::Error>
socket.set_read_timeout(Some(std::time::Duration::from_millis(200)))?;
let timeout = socket.read_timeout()?; //: Option<std::time::Duration>
let sent = socket.send_to(b"Hello.", address)?; //: usize
let mut buffer = [0u8; 4096]; //: [u8; 4096]
let (length, from) = socket.recv_from(&mut buffer)?; //: usize, std::net::SocketAddr
let message = String::from_utf8_lossy(&buffer[..length]).into_owned(); //: String
let nothing = socket.recv_from(&mut buffer).map_err(|error| error.kind()); //: Result<(usize, std::net::SocketAddr), std::io::ErrorKind>
let failure = socket.recv_from(&mut buffer).unwrap_err(); //: std::io::Error
let kind = failure.kind(); //: std::io::ErrorKind
let code = failure.raw_os_error(); //: Option<i32>
let failure_text = failure.to_string(); //: String
let clone = socket.try_clone()?; //: UdpSocket
let connected = clone.connect(address).is_ok(); //: bool
let peer = clone.peer_addr()?; //: std::net::SocketAddr
let sent_again = clone.send(b"again")?; //: usize
let received = clone.recv(&mut buffer)?; //: usize
let datagram = buffer[..received].to_vec(); //: Vec<u8>
let hops = socket.ttl()?; //: u32
let may_broadcast = socket.broadcast()?; //: bool
let waiting = clone.peek(&mut buffer).ok(); //: Option<usize>
let many = (0..3).map(|_| UdpSocket::bind("127.0.0.1:0")).collect::<Result<Vec<_>, _>>()?; //: Vec<UdpSocket>
let ports = many.iter().map(|socket| socket.local_addr().map(|address| address.port())).collect::<std::io::Result<Vec<_>>>()?; //: Vec<u16>
let last_error = socket.take_error()?; //: Option<std::io::Error>

// Addresses and TCP
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, ToSocketAddrs};
use std::io::{BufRead, BufReader, Read, Write};
let loopback = Ipv4Addr::LOCALHOST; //: Ipv4Addr
let six = Ipv6Addr::LOCALHOST; //: Ipv6Addr
let octets = loopback.octets(); //: [u8; 4]
let is_loopback = loopback.is_loopback(); //: bool
let ip = IpAddr::from(loopback); //: IpAddr
let parsed_ip = "192.0.2.1".parse::<IpAddr>()?; //: IpAddr
let endpoint = SocketAddr::from((loopback, 49152)); //: SocketAddr
let endpoint_four = SocketAddrV4::new(loopback, 49152); //: SocketAddrV4
let parsed_endpoint: SocketAddr = "[::1]:49152".parse()?; //: SocketAddr
let bad = "nowhere".parse::<SocketAddr>(); //: Result<SocketAddr, std::net::AddrParseError>
let resolved = ("127.0.0.1", 80).to_socket_addrs()?.collect::<Vec<_>>(); //: Vec<SocketAddr>
let resolved_first = "127.0.0.1:80".to_socket_addrs()?.next(); //: Option<SocketAddr>
let bits = loopback.to_bits(); //: u32
let mapped_six = loopback.to_ipv6_mapped(); //: Ipv6Addr
let segments = six.segments(); //: [u16; 8]
let listener = TcpListener::bind("127.0.0.1:0")?; //: TcpListener
let listens_on = listener.local_addr()?; //: SocketAddr
let mut stream = TcpStream::connect(listens_on)?; //: TcpStream
let (mut accepted, who) = listener.accept()?; //: TcpStream, SocketAddr
let written = accepted.write(b"one\n")?; //: usize
accepted.flush()?;
let mut line = String::new(); //: String
let mut reader = BufReader::new(stream.try_clone()?); //: BufReader<TcpStream>
let line_length = reader.read_line(&mut line)?; //: usize
let delay = stream.nodelay()?; //: bool
let shut = stream.shutdown(std::net::Shutdown::Write); //: Result<(), std::io::Error>
let mut rest = Vec::new(); //: Vec<u8>
let read = accepted.read_to_end(&mut rest)?; //: usize
let stream_peer = stream.peer_addr()?; //: SocketAddr
let refused = TcpStream::connect_timeout(&"127.0.0.1:1".parse()?, std::time::Duration::from_secs(1)).map_err(|error| error.kind()); //: Result<TcpStream, std::io::ErrorKind>

// Threads and channels
use std::sync::mpsc;
use std::thread;
let (sender, receiver) = mpsc::channel::<u32>(); //: mpsc::Receiver<u32>
let second_sender = sender.clone();
let handle = thread::spawn(move || { sender.send(7).unwrap(); 42 });
let answer = handle.join().unwrap(); //: i32
let joined_result = thread::spawn(|| "done".to_string()).join().ok(); //: Option<String>
let first_message = receiver.recv()?; //: u32
let empty = receiver.try_recv(); //: Result<u32, mpsc::TryRecvError>
let timed_out = receiver.recv_timeout(std::time::Duration::from_millis(1)); //: Result<u32, mpsc::RecvTimeoutError>
let send_result = second_sender.send(1); //: Result<(), mpsc::SendError<u32>>
drop(second_sender);
let rest_of = receiver.iter().collect::<Vec<_>>(); //: Vec<u32>
let (bounded, bounded_receiver) = mpsc::sync_channel::<String>(1); //: mpsc::SyncSender<String>, mpsc::Receiver<String>
let tried = bounded.try_send("a".to_string()); //: Result<(), mpsc::TrySendError<String>>
let got = bounded_receiver.try_iter().collect::<Vec<_>>(); //: Vec<String>
let workers = (0..2).map(|number| thread::spawn(move || number * 2)).collect::<Vec<_>>();
let worker_results = workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<i32>>(); //: Vec<i32>
let scoped = thread::scope(|scope| { let worker = scope.spawn(|| 5u8); worker.join().unwrap() }); //: u8
let identity = thread::current().id(); //: thread::ThreadId
let thread_name = thread::current().name().map(str::to_string); //: Option<String>
let named = thread::Builder::new().name("worker".into()).spawn(|| 1u8)?; //: thread::JoinHandle<u8>
let finished = named.is_finished(); //: bool
let cores = thread::available_parallelism()?; //: std::num::NonZero<usize>
let core_count = cores.get(); //: usize

// Shared state
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, RwLock};
let shared = Arc::new(Mutex::new(Vec::<u8>::new())); //: Arc<Mutex<Vec<u8>>>
let shared_clone = Arc::clone(&shared); //: Arc<Mutex<Vec<u8>>>
let shared_length = shared.lock().unwrap().len(); //: usize
let shared_copy = shared.lock().unwrap().clone(); //: Vec<u8>
let strong = Arc::strong_count(&shared); //: usize
let unwrapped = Mutex::new(5).into_inner().unwrap(); //: i32
let weak = Arc::downgrade(&shared); //: std::sync::Weak<Mutex<Vec<u8>>>
let upgraded = weak.upgrade().is_some(); //: bool
let counter = Arc::new(AtomicUsize::new(0)); //: Arc<AtomicUsize>
let counted_before = counter.fetch_add(1, Ordering::Relaxed); //: usize
let loaded = counter.load(Ordering::SeqCst); //: usize
let stop = Arc::new(AtomicBool::new(false)); //: Arc<AtomicBool>
let stopped = stop.swap(true, Ordering::AcqRel); //: bool
let exchanged = AtomicU64::new(1).compare_exchange(1, 2, Ordering::SeqCst, Ordering::SeqCst); //: Result<u64, u64>
let lock = RwLock::new(String::from("a")); //: RwLock<String>
let read_lock = lock.read().unwrap().len(); //: usize
let cell = Cell::new(5); //: Cell<i32>
let cell_value = cell.get(); //: i32
let shared_cell = Rc::new(RefCell::new(vec![1])); //: Rc<RefCell<Vec<i32>>>
let borrowed = shared_cell.borrow().first().copied(); //: Option<i32>
let cell_pushed = { shared_cell.borrow_mut().push(2); shared_cell.borrow().len() }; //: usize
let once_lock: OnceLock<u8> = OnceLock::new(); //: OnceLock<u8>
let once_value = *once_lock.get_or_init(|| 7); //: u8
let pair_of = Arc::new((Mutex::new(false), Condvar::new())); //: Arc<(Mutex<bool>, Condvar)>
let in_threads = (0..2).map(|_| { let counter = Arc::clone(&counter); std::thread::spawn(move || counter.fetch_add(1, Ordering::Relaxed)) }).collect::<Vec<_>>();
let thread_sum = in_threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>(); //: usize
let map_in_mutex = Arc::new(Mutex::new(std::collections::HashMap::<std::net::SocketAddr, u32>::new())); //: Arc<Mutex<std::collections::HashMap<std::net::SocketAddr, u32>>>
let hits = *map_in_mutex.lock().unwrap().entry("127.0.0.1:1".parse()?).or_insert(1); //: u32
let clients = map_in_mutex.lock().unwrap().keys().copied().collect::<Vec<_>>(); //: Vec<std::net::SocketAddr>
let boxed = Box::new(5u64); //: Box<u64>
let trait_object: Box<dyn Fn(i32) -> i32 + Send> = Box::new(|number| number + 1); //: Box<dyn Fn(i32) -> i32 + Send>
let called = trait_object(1); //: i32
let function: fn(&str) -> usize = str::len; //: fn(&str) -> usize

// Files, paths, processes and the environment
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Cursor, Seek};
use std::path::{Path, PathBuf};
let folder = std::env::temp_dir(); //: PathBuf
let path = folder.join("udp-tutorial-kept.txt"); //: PathBuf
let shown = path.display().to_string(); //: String
let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned()); //: Option<String>
let file_name = path.file_name().map(OsString::from); //: Option<OsString>
let stem = path.file_stem().and_then(|stem| stem.to_str()).map(String::from); //: Option<String>
let parent = path.parent().map(Path::to_path_buf); //: Option<PathBuf>
let with_extension = path.with_extension("log"); //: PathBuf
let components = path.components().count(); //: usize
let ends = path.ends_with("kept.txt"); //: bool
fs::write(&path, "one\ntwo\n")?;
let contents = fs::read_to_string(&path)?; //: String
let raw = fs::read(&path)?; //: Vec<u8>
let metadata = fs::metadata(&path)?; //: fs::Metadata
let size = metadata.len(); //: u64
let changed = metadata.modified()?; //: std::time::SystemTime
let is_file = metadata.is_file(); //: bool
let permissions = metadata.permissions(); //: fs::Permissions
let mut opened = File::open(&path)?; //: File
let at = opened.seek(std::io::SeekFrom::Start(4))?; //: u64
let mut text_of = String::new(); //: String
let read_bytes = std::io::Read::read_to_string(&mut opened, &mut text_of)?; //: usize
let file_lines = std::io::BufRead::lines(std::io::BufReader::new(File::open(&path)?)).collect::<Result<Vec<_>, _>>()?; //: Vec<String>
let mut writer = BufWriter::new(File::create(&path)?); //: BufWriter<File>
let wrote = std::io::Write::write(&mut writer, b"three")?; //: usize
let appended = File::options().append(true).open(&path)?; //: File
let names_of = fs::read_dir(&folder)?.filter_map(|entry| entry.ok()).map(|entry| entry.file_name()).collect::<Vec<_>>(); //: Vec<OsString>
let exists = path.exists(); //: bool
let gone = fs::remove_file(&path); //: Result<(), std::io::Error>
let no_file = fs::read("/nowhere").map_err(|error| error.kind()); //: Result<Vec<u8>, std::io::ErrorKind>
let cursor = Cursor::new(vec![1u8, 2]); //: Cursor<Vec<u8>>
let variable = std::env::var("PATH").is_ok(); //: bool
let arguments = std::env::args().collect::<Vec<_>>(); //: Vec<String>
let current = std::env::current_dir()?; //: PathBuf
let identifier = std::process::id(); //: u32
let output = std::process::Command::new("true").output(); //: Result<std::process::Output, std::io::Error>
let status = std::process::Command::new("true").status()?; //: std::process::ExitStatus
let success = status.code(); //: Option<i32>
let owned_path = PathBuf::from("/tmp"); //: PathBuf
let error_of = std::io::Error::other("broken"); //: std::io::Error
let error_kind = std::io::ErrorKind::TimedOut; //: std::io::ErrorKind
let unit = println!("printed"); //: ()
let tuple = (1u8, "two".to_string(), [3.0f32]); //: (u8, String, [f32; 1])
let hash = { use std::hash::{DefaultHasher, Hash, Hasher}; let mut hasher = DefaultHasher::new(); 5.hash(&mut hasher); hasher.finish() }; //: u64
let default = <(u8, String)>::default(); //: (u8, String)
let memory = std::mem::size_of::<u64>(); //: usize
let swapped_out = { let mut old = vec![1]; std::mem::take(&mut old) }; //: Vec<i32>
let type_name = std::any::type_name::<u8>().to_string(); //: String
let block = { let inner = 5; inner * 2 }; //: i32
let branch = if block > 5 { "large".to_string() } else { String::new() }; //: String
let looped = loop { break 5u8; }; //: u8
let panicked = std::panic::catch_unwind(|| 5).is_ok(); //: bool
