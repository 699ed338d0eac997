//! Texts of the reference.

use crate::world::fault::catalogue::Group;

texts! {
    TITLE = "Reference";
    PARTS = "Parts of the reference";
    FORMULAS = "Formulas";
    FORMULAS_ABOUT = "The mathematics behind the lab, with numbers to try. The simulation does not use these: it counts, and comes out the same.";
    SOURCE = "Source:";
    WITHOUT_END = "grows without end";
    GLOSSARY = "Glossary";
    GLOSSARY_ABOUT = "One meaning for each term. Lessons link here from the first use of a word.";
    FAULTS = "Faults";
    FAULTS_ABOUT = "Everything that can be made to go wrong, by what it is about. The name is what world files and command files call it.";
    FAULT = "Fault";
    DOES = "What it does";
    PARAMETERS = "Parameters";
    KEYS = "Keyboard";
    KEYS_ABOUT = "In a running lab. The list there also has the tabs, and a switch that turns single keys off.";
}

/// What faults of a group are about.
pub fn group(group: Group) -> &'static str {
    match group {
        Group::Requests => "Requests",
        Group::Network => "Network",
        Group::Pods => "Pods",
        Group::Cache => "Caches",
        Group::Queue => "Queues",
        Group::Database => "Databases",
        Group::Dependency => "Dependencies",
        Group::Load => "Load",
        Group::Resources => "Resources",
        Group::Nodes => "Nodes and zones",
        Group::Telemetry => "Telemetry",
        Group::Other => "Other",
    }
}
