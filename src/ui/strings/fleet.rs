//! Texts about nodes, roll-outs and autoscalers.

texts! {
    PROMOTE = "Take the next step";
    PAUSE_ROLLOUT = "Pause the roll-out";
    RESUME_ROLLOUT = "Go on";
    ABORT = "Abort";
    AUTOSCALER = "Autoscaler";
    AUTOSCALER_ON = "Turn on";
    AUTOSCALER_OFF = "Turn off";
    REGIONS = "Regions in DNS";
    WITHDRAW = "Withdraw";
    RESTORE = "Restore";
    NODES = "Nodes";
    CORDON = "Cordon";
    UNCORDON = "Uncordon";
    DRAIN = "Drain";
    LOSE_NODE = "Lose";
    RETURN_NODE = "Bring back";
    UNIT_CORES = "cores";
    UNIT_MIB = "MiB";
    ALL_SERVICES = "all services";
    REPELLED = "Whose pods";
    PLACE = "Where";
}

/// What an autoscaler aims for, and its bounds.
pub fn scaler(text: &str, min: u32, max: u32) -> String {
    format!("{min} to {max} pods: {text}")
}

/// What the system costs.
pub fn cost(text: &str) -> String {
    format!("Cost: {text}")
}

/// Pods of one zone.
pub fn zone(name: &str, away: bool) -> String {
    let away = if away {
        ", to which DNS leads nobody"
    } else {
        ""
    };
    format!("Zone {name}{away}")
}
