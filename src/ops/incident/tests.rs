use proptest::prelude::*;

use super::*;

fn at(minutes: u64) -> SimTime {
    SimTime::from_secs(minutes * 60)
}

fn declared() -> Incident {
    let services = vec!["payment".to_owned()];
    Incident::declare(1, at(10), Severity::Sev1, " Payments fail ", services).expect("sound")
}

fn status(to: Status, suspect: Option<&str>) -> Act {
    Act::Status {
        to,
        suspect: suspect.map(str::to_owned),
    }
}

#[test]
fn an_incident_is_declared_moved_on_and_over() {
    let mut incident = declared();
    assert_eq!(incident.title, "Payments fail");
    let mut act = |minutes, act: Act| incident.act(at(minutes), Who::Learner, &act);
    let assign = Act::Assign {
        role: Role::Scribe,
        to: Holder::Colleague,
    };
    assert_eq!(
        act(11, assign).expect("sound"),
        "scribe is with a colleague"
    );
    // Users may be served again before anybody knows why.
    act(12, status(Status::Mitigated, None)).expect("sound");
    act(15, status(Status::Identified, Some("payment"))).expect("sound");
    act(16, status(Status::Mitigated, None)).expect("sound");
    act(20, status(Status::Resolved, None)).expect("sound");
    act(21, Act::Note("looked at again".to_owned())).expect("notes come late");
    assert_eq!(incident.reached(Status::Mitigated), Some(at(12)));
    assert_eq!(incident.reached(Status::Identified), Some(at(15)));
    assert_eq!(incident.suspect.as_deref(), Some("payment"));
    assert_eq!(incident.log.len(), 7);
    assert!(!incident.is_open() && incident.update_due().is_none());
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let refused = |setup: &[Act], act: Act| {
        let mut incident = declared();
        for act in setup {
            incident.act(at(11), Who::Learner, act).expect("sound");
        }
        let before = incident.clone();
        let refused = incident
            .act(at(12), Who::Learner, &act)
            .expect_err("refused");
        assert_eq!(incident, before, "a refusal changes nothing");
        assert!(!refused.remedy.is_empty());
        refused.problem
    };
    let over = [status(Status::Resolved, None)];
    let update = Act::Update("x".to_owned());
    assert_eq!(refused(&over, update), "incident 1 is resolved");
    assert_eq!(
        refused(&[], Act::Note("  ".to_owned())),
        "the text is empty"
    );
    assert_eq!(
        refused(&[], Act::Severity(Severity::Sev1)),
        "it is SEV1 already"
    );
    let named = refused(&[], status(Status::Identified, None));
    assert_eq!(named, "it is not said what was identified");
    let same = refused(&[], status(Status::Investigating, None));
    assert_eq!(same, "it is investigating already");
    let assign = Act::Assign {
        role: Role::Commander,
        to: Holder::Learner,
    };
    assert_eq!(refused(&[], assign), "commander is with you already");
    let long = refused(&[], Act::Update("x".repeat(1_001)));
    assert_eq!(long, "the text has 1001 characters, 1000 are allowed");
    assert!(Incident::declare(1, at(0), Severity::Sev4, "", Vec::new()).is_err());
}

#[test]
fn an_update_is_due_as_often_as_the_severity_says() {
    let mut incident = declared();
    let update = Act::Update("we are on it".to_owned());
    assert_eq!(incident.update_due(), Some(at(25)));
    incident.act(at(20), Who::Learner, &update).expect("sound");
    assert_eq!(incident.update_due(), Some(at(35)));
    incident.act(at(36), Who::Learner, &update).expect("sound");
    incident
        .act(at(40), Who::Learner, &Act::Severity(Severity::Sev2))
        .expect("sound");
    assert_eq!(incident.update_due(), Some(at(66)));
    // 10 to 20 was in time, 20 to 36 was not, from 36 on it is not decided.
    let found = incident.cadence(at(60));
    assert_eq!((found.updates, found.kept, found.late), (2, 1, 1));
    assert_eq!(found.longest, Span::from_mins(24));
    assert_eq!(incident.cadence(at(67)).late, 2);
    incident
        .act(at(60), Who::Learner, &status(Status::Resolved, None))
        .expect("sound");
    let found = incident.cadence(at(90));
    assert_eq!((found.kept, found.late), (2, 1));
}

/// Lets colleagues work from minute 10 on, four looks a minute, and gives what they did.
fn work(roles: &[Role], minutes: u64, seen: impl Fn(u64) -> Seen) -> (Incident, Vec<(u64, Role)>) {
    let mut incident = declared();
    let mut colleagues = Colleagues::new(7, 1);
    for role in roles {
        let act = Act::Assign {
            role: *role,
            to: Holder::Colleague,
        };
        incident.act(at(10), Who::Learner, &act).expect("sound");
    }
    let mut done = Vec::new();
    for look in 0..minutes * 4 {
        let now = at(10) + Span::from_secs(look * 15);
        for (role, act) in colleagues.work(&incident, now, &seen(look / 4)) {
            incident
                .act(now, Who::Colleague(role), &act)
                .expect("colleagues know the rules");
            done.push((now.as_nanos() / 60_000_000_000, role));
        }
    }
    (incident, done)
}

#[test]
fn communications_keeps_the_promise_and_nobody_else_does() {
    let bad = |_| Seen {
        burns: true,
        ..Seen::default()
    };
    let (incident, done) = work(&[Role::Communications], 120, bad);
    assert_eq!(incident.cadence(at(130)).late, 0, "{done:?}");
    assert!(incident.cadence(at(130)).updates >= 7, "{done:?}");
    let (incident, done) = work(&[], 120, bad);
    assert!(done.is_empty() && incident.cadence(at(130)).late == 1);
}

#[test]
fn a_scribe_writes_down_what_was_done_and_operations_what_it_sees() {
    let seen = |minute| Seen {
        done: match minute {
            5 => vec!["restart payment".to_owned()],
            _ => Vec::new(),
        },
        looks: "payment: 30 % errors".to_owned(),
        burns: true,
        pages: true,
    };
    let (incident, _) = work(&[Role::Scribe, Role::Operations], 20, seen);
    let by = |role| {
        let mine = move |line: &&Line| line.who == Who::Colleague(role);
        incident.log.iter().filter(mine).collect::<Vec<_>>()
    };
    // Minute 5 has four looks.
    assert_eq!(by(Role::Scribe).len(), 4);
    assert_eq!(by(Role::Scribe)[0].text, "done: restart payment");
    assert!(by(Role::Scribe)[0].at > at(15));
    let reports = by(Role::Operations);
    assert!((2..=4).contains(&reports.len()), "{reports:?}");
    assert_eq!(reports[0].text, "payment: 30 % errors");
}

#[test]
fn a_commander_raises_the_severity_and_ends_what_is_over() {
    let seen = |minute| Seen {
        burns: minute < 20,
        pages: minute < 20,
        ..Seen::default()
    };
    let (incident, _) = work(&[Role::Commander], 60, seen);
    let mitigated = incident.reached(Status::Mitigated).expect("it was");
    let resolved = incident.reached(Status::Resolved).expect("it was");
    // Users are well from minute 30 on: 5 and 15 minutes later, and what deciding takes.
    assert!((at(35)..at(42)).contains(&mitigated), "{mitigated}");
    assert!((at(45)..at(52)).contains(&resolved), "{resolved}");
}

proptest! {
    /// Whatever is done in whatever order: no panic, what is over stays over,
    /// times only rise, and a refusal changes nothing.
    #[test]
    fn any_order_of_acts_keeps_an_incident_sound(acts in prop::collection::vec(any::<(u8, u8, u8)>(), 0..60)) {
        let mut incident = declared();
        let mut colleagues = Colleagues::new(3, 1);
        let mut minute = 10;
        for (what, which, later) in acts {
            minute += u64::from(later % 20);
            let severity = Severity::ALL[usize::from(which) % 4];
            let suspect = (which > 127).then_some("payment");
            let act = match what % 6 {
                0 => Act::Severity(severity),
                1 => Act::Assign { role: Role::ALL[usize::from(which) % 4], to: if which > 99 { Holder::Learner } else { Holder::Colleague } },
                2 => status(Status::ALL[usize::from(which) % 4], suspect),
                3 => Act::Note("n".repeat(usize::from(which))),
                4 => Act::Update("u".to_owned()),
                _ => {
                    let seen = Seen { burns: which > 127, pages: which > 200, ..Seen::default() };
                    for (role, act) in colleagues.work(&incident, at(minute), &seen) {
                        prop_assert!(incident.act(at(minute), Who::Colleague(role), &act).is_ok());
                    }
                    continue;
                }
            };
            let before = incident.clone();
            let open = incident.is_open();
            if incident.act(at(minute), Who::Learner, &act).is_err() {
                prop_assert_eq!(&incident, &before);
            }
            prop_assert!(open || !incident.is_open());
            let kept = incident.cadence(at(minute));
            prop_assert!(kept.kept + kept.late <= kept.updates + 1);
        }
        let times: Vec<SimTime> = incident.log.iter().map(|line| line.at).collect();
        prop_assert!(times.is_sorted());
    }
}
