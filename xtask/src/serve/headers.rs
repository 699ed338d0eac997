//! What goes into the headers: policy, content types, lifetimes.

use crate::site::name;

/// The policy of every page and script. `index.html` carries it too, because a
/// static host sends no headers of ours.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// What a policy in the page cannot say.
const HEADER_ONLY_POLICY: &str = "frame-ancestors 'none'";

/// The headers that every answer carries.
pub fn common() -> Vec<(&'static str, String)> {
    vec![
        (
            "Content-Security-Policy",
            format!("{CONTENT_SECURITY_POLICY}; {HEADER_ONLY_POLICY}"),
        ),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
        (
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=()".to_owned(),
        ),
    ]
}

/// A hashed file never changes; any other must be asked for again each time.
pub fn cache_control(path: &str) -> &'static str {
    if name::is_hashed(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

/// By extension; what is unknown is offered as bytes, never guessed.
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "md" => "text/markdown; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_follow_the_extension() {
        let check = |path, expected| assert_eq!(content_type(path), expected, "{path}");
        check("app-0123456789ab.wasm", "application/wasm");
        check("index.html", "text/html; charset=utf-8");
        check("lessons-0123456789ab/slo/a.yaml", "application/yaml");
        check("assets/LICENSE", "application/octet-stream");
    }

    #[test]
    fn only_hashed_files_are_kept_for_good() {
        assert!(cache_control("app-0123456789ab.wasm").contains("immutable"));
        assert_eq!(cache_control("index.html"), "no-cache");
        assert_eq!(cache_control("assets/icon.png"), "no-cache");
    }
}
