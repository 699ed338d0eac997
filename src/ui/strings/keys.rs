//! Texts about the keyboard.

texts! {
    HELP_TITLE = "Keyboard shortcuts";
    SHORTCUTS_ON = "Single keys act as shortcuts";
}

/// Keys and what they do.
pub const SHORTCUTS: [(&str, &str); 11] = [
    ("Space", "Pause, or run again"),
    ("1", "Real time"),
    ("2", "10×"),
    ("3", "60×"),
    ("4", "600×"),
    ("5", "3600×"),
    ("6", "As fast as it goes"),
    ("7 n", "To the next event"),
    ("[", "Fold the lesson away, or bring it back"),
    ("?", "This list"),
    ("Esc", "Close what is open"),
];
