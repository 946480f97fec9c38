//! When something is open: the rule, and what people enter.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use freshvilla::inventory::hours::{
    input::{OpeningSpanInput, Weekday, read_week},
    schedule::{Schedule, Span, from_minutes, overlap, to_minutes},
};
use serde_json::json;

use super::{HOURS_SET, Shop, week};

const DAYS: [Weekday; 7] = Weekday::ALL;

fn span(day: usize, opens_at: &str, closes_at: &str) -> OpeningSpanInput {
    OpeningSpanInput { weekday: DAYS[day], opens_at: opens_at.to_owned(), closes_at: closes_at.to_owned() }
}

fn schedule(spans: &[OpeningSpanInput]) -> Schedule {
    Schedule { weekly: read_week("weekly", spans).unwrap(), ..Schedule::default() }
}

/// An instant of India's time: day 0 is Monday, 5 January 2026.
fn at(day: u64, time: &str) -> DateTime<Utc> {
    let local = date(day).and_time(time.parse().unwrap());
    (local - TimeDelta::minutes(330)).and_utc()
}

fn date(day: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + Days::new(day)
}

#[test]
fn opens_and_closes_to_the_second() {
    let shop = schedule(&[span(0, "09:00", "13:00"), span(0, "16:00", "21:30")]);
    for (time, open) in [
        ("08:59:59", false),
        ("09:00:00", true),
        ("12:59:59", true),
        ("13:00:00", false),
        ("16:00:00", true),
        ("21:29:59", true),
        ("21:30:00", false),
    ] {
        assert_eq!(shop.is_open(at(0, time)), open, "{time}");
        assert!(!shop.is_open(at(1, time)), "not on Tuesday");
        assert_eq!(shop.is_open(at(7, time)), open, "{time} a week later");
    }
}

#[test]
fn a_span_past_midnight_goes_on_on_the_next_day_and_around_the_week() {
    let bar = schedule(&[span(4, "18:00", "02:00"), span(6, "22:00", "01:30")]);
    assert!(bar.is_open(at(4, "23:59:59")) && bar.is_open(at(5, "01:59:59")));
    assert!(!bar.is_open(at(5, "02:00:00")) && !bar.is_open(at(4, "01:00:00")));
    assert!(bar.is_open(at(6, "22:00:00")) && bar.is_open(at(7, "01:29:59")), "Sunday into Monday");
    assert!(!bar.is_open(at(7, "01:30:00")));
    assert_eq!(bar.next_opening(at(7, "01:30:00")), Some(at(11, "18:00:00")), "on Friday again");
}

#[test]
fn around_the_clock_has_no_gap() {
    let days: Vec<_> = (0..7).map(|day| span(day, "00:00", "00:00")).collect();
    let always = schedule(&days);
    let meeting = schedule(&[span(0, "09:00", "12:00"), span(0, "12:00", "15:00")]);
    for second in 0..7 * 1_440 {
        assert!(always.is_open(at(0, "00:00:00") + TimeDelta::minutes(second) - TimeDelta::seconds(1)));
    }
    for time in ["11:59:59", "12:00:00"] {
        assert!(meeting.is_open(at(0, time)), "{time}");
    }
    assert_eq!(always.next_opening(at(3, "12:00:00")), None, "it is open");
}

#[test]
fn a_holiday_takes_the_place_of_its_day() {
    let mut shop = schedule(&[span(0, "18:00", "02:00"), span(1, "09:00", "21:00"), span(2, "09:00", "21:00")]);
    shop.holidays.insert(date(1), Vec::new());
    assert!(shop.is_open(at(1, "01:00:00")), "Monday's night goes on into the holiday");
    assert!(!shop.is_open(at(1, "10:00:00")));
    assert_eq!(shop.next_opening(at(1, "02:00:00")), Some(at(2, "09:00:00")));

    shop.holidays.insert(date(2), vec![Span { opens: 22 * 60, closes: 25 * 60 }]);
    assert!(!shop.is_open(at(2, "10:00:00")) && shop.is_open(at(2, "22:00:00")));
    assert!(shop.is_open(at(3, "00:59:59")) && !shop.is_open(at(3, "01:00:00")), "special hours pass midnight, too");
    assert_eq!(shop.next_opening(at(1, "02:00:00")), Some(at(2, "22:00:00")));
}

#[test]
fn what_stays_closed_has_no_next_opening() {
    let at_monday = at(0, "12:00:00");
    assert_eq!(schedule(&[]).next_opening(at_monday), None);
    let mut away = schedule(&[span(0, "09:00", "10:00")]);
    away.holidays.extend((0..=31).map(|day| (date(day), Vec::new())));
    assert_eq!(away.next_opening(at_monday), None, "beyond 31 days nobody looks");
    away.holidays.remove(&date(28));
    assert_eq!(away.next_opening(at_monday), Some(at(28, "09:00:00")));
    let far = DateTime::<Utc>::MAX_UTC - TimeDelta::days(2);
    assert!(away.next_opening(far).is_none_or(|next| next > far), "the end of time is no reason to panic");
}

#[test]
fn overlaps_and_nonsense_are_refused() {
    for (spans, place) in [
        (vec![span(0, "09:00", "12:00"), span(0, "11:59", "15:00")], "weekly.1"),
        (vec![span(1, "01:00", "02:00"), span(0, "20:00", "01:01")], "weekly.0"),
        (vec![span(0, "00:30", "08:00"), span(6, "23:00", "00:31")], "weekly.1"),
        (vec![span(0, "09:00", "09:00"), span(1, "08:00", "10:00")], "weekly.1"),
        (vec![span(2, "09:00", "10:00"), span(2, "09:00", "10:00")], "weekly.1"),
    ] {
        let refused = read_week("weekly", &spans).unwrap_err();
        assert_eq!(refused.code(), "HOURS_OVERLAP", "{spans:?}");
        let freshvilla::kernel::error::Error::Rejected(problems) = refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].path.join("."), place, "{spans:?}");
    }
    for time in ["", "9:00", "24:00", "23:60", "2a:00", "09.00", "09:00:00", "٠٩:٠٠", "\0\0:\0\0", "-1:00"] {
        assert_eq!(read_week("weekly", &[span(0, time, "10:00")]).unwrap_err().code(), "INVALID", "{time:?}");
        assert_eq!(read_week("weekly", &[span(0, "10:00", time)]).unwrap_err().code(), "INVALID", "{time:?}");
    }
    let many: Vec<_> = (0..71).map(|_| span(0, "09:00", "10:00")).collect();
    assert_eq!(read_week("weekly", &many).unwrap_err().code(), "INVALID");
    let meeting = [Span { opens: 0, closes: 60 }, Span { opens: 60, closes: 120 }];
    assert_eq!(overlap(&meeting, Some(120)), None);
    assert_eq!(from_minutes(&to_minutes(&meeting)), meeting);
}

/// The first Monday after today in India, at midnight there.
fn monday(shop: &Shop) -> NaiveDate {
    let today = shop.app.clock().today();
    today + Days::new(u64::from(7 - today.weekday().num_days_from_monday()))
}

#[tokio::test]
async fn hours_are_set_as_a_whole_and_shown_to_everybody() {
    let shop = Shop::open().await;
    let (store, location) = shop.store(&shop.house, "Indiranagar").await;
    let monday = monday(&shop);
    let holiday = json!({ "date": monday + Days::new(1), "name": "Closed for stock-taking" });
    let set = |change: serde_json::Value| {
        let input = super::with(json!({ "locationId": location, "weekly": week("09:00", "21:00") }), change);
        json!({ "input": input })
    };
    let first = shop.office.query(HOURS_SET, set(json!({ "holidays": [holiday], "expectedVersion": 0 }))).await;
    assert_eq!(first.problems("openingHoursSet"), Vec::<&str>::new());
    assert_eq!(*first.data("/openingHoursSet/openingHours/version"), json!(1));

    let instant = |days: u64, time: &str| format!("{}T{time}+05:30", monday + Days::new(days));
    let text = "query($id: ID!, $at: DateTime!) { node(id: $id) { ... on Store { openingHours { isOpen(at: $at) \
                nextOpening(at: $at) weekly { weekday opensAt } holidays { name spans { opensAt } } } } } }";
    for (days, time, open, next) in [
        (0, "20:59:59", true, None),
        (0, "21:00:00", false, Some((2, "09:00:00"))),
        (1, "12:00:00", false, Some((2, "09:00:00"))),
        (2, "08:59:59", false, Some((2, "09:00:00"))),
    ] {
        let shown = shop.app.query(text, json!({ "id": store, "at": instant(days, time) })).await;
        assert_eq!(*shown.data("/node/openingHours/isOpen"), json!(open), "{days} {time}");
        let next = next.map(|(days, time)| DateTime::parse_from_rfc3339(&instant(days, time)).unwrap().to_utc());
        let shown =
            shown.data("/node/openingHours/nextOpening").as_str().map(|at| at.parse::<DateTime<Utc>>().unwrap());
        assert_eq!(shown, next, "{days} {time}");
    }
    let far = shop.app.query(text, json!({ "id": store, "at": "+262000-01-01T00:00:00Z" })).await;
    assert_eq!(far.code(), Some("BAD_USER_INPUT"));

    let stale = shop.office.query(HOURS_SET, set(json!({ "expectedVersion": 0 }))).await;
    assert_eq!(stale.problems("openingHoursSet"), ["VERSION_CONFLICT"]);
    let again = shop.office.query(HOURS_SET, set(json!({ "expectedVersion": 1, "weekly": [] }))).await;
    let hours = json!({ "version": 2, "weekly": [], "holidays": [] });
    assert_eq!(*again.data("/openingHoursSet/openingHours"), hours, "what is left out is gone");
    let audited = shop.app.database.value("SELECT count(*) FROM audit_log WHERE action = 'openingHoursSet'").await;
    assert_eq!(audited, json!(2));
    shop.app.finish().await;
}

#[tokio::test]
async fn wrong_hours_are_refused_with_their_field_and_change_nothing() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Indiranagar").await;
    let day = shop.app.clock().today();
    let span = |opens: &str, closes: &str| json!({ "opensAt": opens, "closesAt": closes });
    let holiday = |spans| json!({ "date": day, "spans": spans });
    for (weekly, holidays, code, path) in [
        (week("25:00", "21:00"), json!([]), "INVALID", json!(["weekly", "0", "opensAt"])),
        (week("09:00", "09:01\0"), json!([]), "INVALID", json!(["weekly", "0", "closesAt"])),
        (json!([]), json!([holiday(json!([])), holiday(json!([]))]), "INVALID", json!(["holidays", "1", "date"])),
        (
            json!([]),
            json!([holiday(json!([span("09:00", "12:00"), span("11:00", "13:00")]))]),
            "HOURS_OVERLAP",
            json!(["holidays", "0", "spans", "1"]),
        ),
        (json!([]), json!([{ "date": "9999-01-01" }]), "INVALID", json!(["holidays", "0", "date"])),
        (json!([]), json!([{ "date": day, "name": "x".repeat(61) }]), "INVALID", json!(["holidays", "0", "name"])),
    ] {
        let input = json!({ "locationId": location, "weekly": weekly, "holidays": holidays });
        let refused = shop.office.query(HOURS_SET, json!({ "input": input })).await;
        assert_eq!(refused.problems("openingHoursSet"), [code], "{path}");
        assert_eq!(*refused.data("/openingHoursSet/errors/0/path"), path);
    }
    assert_eq!(shop.app.database.value("SELECT count(*) FROM opening_hours").await, json!(0));
    shop.app.finish().await;
}
