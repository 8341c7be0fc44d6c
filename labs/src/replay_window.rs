//! Refuses datagrams that arrive again, as [RFC 4303, section 3.4.3](https://www.rfc-editor.org/rfc/rfc4303#section-3.4.3)
//! does.

/// How many numbers below the highest one the window remembers, the highest one included.
const SIZE: u64 = 64;

/// The sequence numbers that one sender has used in one session. It remembers 64 numbers, so that
/// datagrams may overtake each other, and refuses everything older.
///
/// Show it only numbers of datagrams whose sender is proven. A forged high number would shut out the
/// real sender.
#[derive(Clone, Debug, Default)]
pub struct ReplayWindow {
    top: u64,
    /// Bit n is set if the number `top - n` has been used.
    used: u64,
}

impl ReplayWindow {
    /// The window of a session in which nothing has arrived.
    pub fn new() -> ReplayWindow {
        ReplayWindow::default()
    }

    /// Marks a number as used. Returns false, and changes nothing, if the number was used before, is too
    /// old to tell, or is 0, which no sender uses.
    pub fn accept(&mut self, number: u64) -> bool {
        if number == 0 {
            return false;
        }
        if number > self.top {
            let shift = u32::try_from(number - self.top).unwrap_or(u32::MAX);
            self.used = self.used.checked_shl(shift).unwrap_or(0) | 1;
            self.top = number;
            return true;
        }
        let age = self.top - number;
        let is_new = age < SIZE && self.used >> age & 1 == 0;
        if is_new {
            self.used |= 1 << age;
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_highest_number_leaves_room_for_63_below() {
        let mut window = ReplayWindow::new();
        assert!(window.accept(u64::MAX));
        assert!(!window.accept(u64::MAX - 64));
        assert!(window.accept(u64::MAX - 63));
        assert!(!window.accept(u64::MAX - 63));
        assert!(!window.accept(0));
    }

    proptest! {
        #[test]
        fn it_accepts_what_a_set_of_all_numbers_would(numbers in prop::collection::vec(0_u64..200, 1..100)) {
            let mut window = ReplayWindow::new();
            let mut used = HashSet::new();
            let mut top = 0;
            for number in numbers {
                let is_recent = number > top || top - number < SIZE;
                let expected = number > 0 && is_recent && !used.contains(&number);
                prop_assert_eq!(window.accept(number), expected);
                if expected {
                    used.insert(number);
                    top = top.max(number);
                }
            }
        }
    }
}
