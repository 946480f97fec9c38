//! Rules of orders without a database: numbers, states, what follows from them.

use freshvilla::sales::order::{
    machine::{OrderParty, Refused, SubOrderAction, next},
    number,
    status::{OrderStatus, SubOrderStatus},
};

#[test]
fn numbers_find_every_wrong_character_and_every_swap() {
    let number = number::write(&[7, 3, 26, 9, 31, 0, 22]);
    assert_eq!(number.len(), 12, "{number}");
    for typed in
        [number.clone(), number.to_lowercase(), number.replace('-', ""), number[3..].to_owned(), format!(" {number} ")]
    {
        assert_eq!(number::read(&typed), Some(number.clone()), "{typed}");
    }
    let letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let plain: Vec<char> = number[3..].chars().filter(|c| *c != '-').collect();
    for at in 0..plain.len() {
        for letter in letters.chars().filter(|letter| *letter != plain[at]) {
            let mut wrong = plain.clone();
            wrong[at] = letter;
            assert_eq!(number::read(&wrong.iter().collect::<String>()), None, "{wrong:?}");
        }
        if at > 0 && plain[at] != plain[at - 1] {
            let mut wrong = plain.clone();
            wrong.swap(at, at - 1);
            assert_eq!(number::read(&wrong.iter().collect::<String>()), None, "{wrong:?}");
        }
    }
    for none in ["", "FV-", "FV-0000-000", "FV-0000-00000", "ÄÄÄÄÄÄÄÄ", "\0\0\0\0\0\0\0\0", "FV-UUUU-UUUU"] {
        assert_eq!(number::read(none), None, "{none:?}");
    }
    let drawn: std::collections::HashSet<String> = (0..200).map(|_| number::draw().unwrap()).collect();
    assert_eq!(drawn.len(), 200);
    assert!(drawn.iter().all(|one| number::read(one).as_ref() == Some(one)));
}

#[test]
fn letters_that_look_alike_are_read_as_digits() {
    let number = number::write(&[0, 1, 0, 1, 0, 1, 0]);
    let typed = number.replace('0', "O").replace('1', "l");
    assert_eq!(number::read(&typed), Some(number));
}

/// Every action from every state by every party: what is not listed is refused.
#[test]
fn only_listed_transitions_succeed() {
    use OrderParty::{Customer, Seller, Staff, System};
    use SubOrderAction as Do;
    use SubOrderStatus as Is;
    let listed: &[(Is, Do, Is, &[OrderParty])] = &[
        (Is::AwaitingPayment, Do::Place, Is::Placed, &[System]),
        (Is::AwaitingPayment, Do::Expire, Is::Cancelled, &[System]),
        (Is::AwaitingPayment, Do::Cancel, Is::Cancelled, &[Customer, Staff, System]),
        (Is::Placed, Do::Confirm, Is::Confirmed, &[Seller, Staff]),
        (Is::Placed, Do::Cancel, Is::Cancelled, &[Customer, Seller, Staff, System]),
        (Is::Confirmed, Do::Pack, Is::Packed, &[Seller, Staff]),
        (Is::Confirmed, Do::Cancel, Is::Cancelled, &[Customer, Seller, Staff, System]),
        (Is::Packed, Do::Ship, Is::Shipped, &[Seller, Staff]),
        (Is::Packed, Do::Cancel, Is::Cancelled, &[Seller, Staff, System]),
        (Is::Shipped, Do::Deliver, Is::Delivered, &[Seller, Staff, System]),
        (Is::Cancelled, Do::Revive, Is::Placed, &[System]),
    ];
    for from in SubOrderStatus::ALL {
        for action in SubOrderAction::ALL {
            let known = listed.iter().find(|(state, does, ..)| state == from && *does == action);
            for by in OrderParty::ALL {
                let expected = match known {
                    None => Err(Refused::NotNow),
                    Some((_, _, to, parties)) if parties.contains(by) => Ok(*to),
                    Some(_) => Err(Refused::NotYours),
                };
                assert_eq!(next(*from, action, *by), expected, "{from:?} {action:?} {by:?}");
            }
        }
    }
}

#[test]
fn an_orders_status_follows_from_its_parts() {
    use SubOrderStatus as Part;
    for (parts, status) in [
        (vec![Part::AwaitingPayment, Part::AwaitingPayment], OrderStatus::AwaitingPayment),
        (vec![Part::Placed, Part::Placed], OrderStatus::Placed),
        (vec![Part::Placed, Part::Cancelled], OrderStatus::Placed),
        (vec![Part::Placed, Part::Confirmed], OrderStatus::Processing),
        (vec![Part::Packed, Part::Cancelled], OrderStatus::Processing),
        (vec![Part::Packed, Part::Shipped], OrderStatus::PartlyShipped),
        (vec![Part::Placed, Part::Delivered], OrderStatus::PartlyShipped),
        (vec![Part::Shipped, Part::Delivered], OrderStatus::Shipped),
        (vec![Part::Shipped, Part::Cancelled], OrderStatus::Shipped),
        (vec![Part::Delivered, Part::Cancelled], OrderStatus::Delivered),
        (vec![Part::Cancelled, Part::Cancelled], OrderStatus::Cancelled),
    ] {
        assert_eq!(OrderStatus::of(&parts), status, "{parts:?}");
        let turned: Vec<Part> = parts.into_iter().rev().collect();
        assert_eq!(OrderStatus::of(&turned), status, "{turned:?}");
    }
}
