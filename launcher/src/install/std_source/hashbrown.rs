//! The types of the crate hashbrown that std's hash maps and sets are made of. The compiler's source
//! component lacks that crate. The kernel needs no functions: std's own signatures give the types.

use core::alloc::Layout;
use core::marker::PhantomData;

use crate::alloc::{Allocator, Global};

pub enum TryReserveError {
    CapacityOverflow,
    AllocError { layout: Layout },
}

pub mod hash_map {
    use super::*;

    pub struct HashMap<K, V, S, A: Allocator = Global>(PhantomData<(K, V)>, S, A);
    pub struct Iter<'a, K, V>(PhantomData<(&'a K, &'a V)>);
    pub struct IterMut<'a, K, V>(PhantomData<(&'a K, &'a mut V)>);
    pub struct IntoIter<K, V, A: Allocator = Global>(PhantomData<(K, V)>, A);
    pub struct Drain<'a, K, V, A: Allocator = Global>(PhantomData<&'a mut (K, V, A)>);
    pub struct ExtractIf<'a, K, V, F, A: Allocator = Global>(F, PhantomData<&'a mut (K, V, A)>);
    pub struct RustcOccupiedEntry<'a, K, V, A: Allocator = Global>(PhantomData<&'a mut (K, V, A)>);
    pub struct RustcVacantEntry<'a, K, V, A: Allocator = Global>(K, PhantomData<&'a mut (V, A)>);
    pub enum RustcEntry<'a, K, V, A: Allocator = Global> {
        Occupied(RustcOccupiedEntry<'a, K, V, A>),
        Vacant(RustcVacantEntry<'a, K, V, A>),
    }
}

pub mod hash_set {
    use super::*;

    pub struct HashSet<T, S, A: Allocator = Global>(PhantomData<T>, S, A);
    pub struct Iter<'a, T>(PhantomData<&'a T>);
    pub struct IntoIter<T, A: Allocator = Global>(PhantomData<T>, A);
    pub struct Drain<'a, T, A: Allocator = Global>(PhantomData<&'a mut (T, A)>);
    pub struct ExtractIf<'a, T, F, A: Allocator = Global>(F, PhantomData<&'a mut (T, A)>);
    pub struct OccupiedEntry<'a, T, S, A: Allocator = Global>(PhantomData<&'a mut (T, S, A)>);
    pub struct VacantEntry<'a, T, S, A: Allocator = Global>(T, PhantomData<&'a mut (S, A)>);
    pub enum Entry<'a, T, S, A: Allocator = Global> {
        Occupied(OccupiedEntry<'a, T, S, A>),
        Vacant(VacantEntry<'a, T, S, A>),
    }
}
