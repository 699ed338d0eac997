//! Files of the site: their addresses come from the page's own meta elements,
//! so that everything works from any sub-path.

use gloo::net::http::Request;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_state_eq};

use super::strings;
use crate::lesson::{Catalogue, catalogue};
use crate::worker::{File, LessonFiles};

/// The content of `<meta name="...">`.
pub fn meta(name: &str) -> Option<String> {
    gloo::utils::document()
        .query_selector(&format!("meta[name='{name}']"))
        .ok()
        .flatten()?
        .get_attribute("content")
        .filter(|content| !content.is_empty())
}

/// Fetches one file below the lessons folder.
pub async fn file(path: &str) -> Result<File, String> {
    let base = meta("xops-lessons").unwrap_or_else(|| "./lessons/".to_owned());
    let answer = Request::get(&format!("{base}{path}"))
        .send()
        .await
        .map_err(|error| strings::not_fetched(path, &error.to_string()))?;
    if !answer.ok() {
        return Err(strings::not_fetched(path, &answer.status().to_string()));
    }
    let text = answer
        .text()
        .await
        .map_err(|error| strings::not_fetched(path, &error.to_string()))?;
    Ok(File {
        name: path.to_owned(),
        text,
    })
}

/// The world file of a name.
pub async fn world(name: &str) -> Result<File, String> {
    file(&format!("worlds/{name}.yaml")).await
}

/// The files of a lesson.
pub async fn lesson(track: &str, lesson: &str) -> Result<LessonFiles, String> {
    Ok(LessonFiles {
        lesson: file(&format!("{track}/{lesson}/lesson.yaml")).await?,
        glossary: file("glossary.yaml").await?,
    })
}

/// The catalogue.
pub async fn catalogue() -> Result<Catalogue, String> {
    let file = file("catalogue.yaml").await?;
    catalogue::parse(&file.name, &file.text).map_err(|problems| strings::bad_catalogue(&problems))
}

/// Something that is being fetched.
pub type Fetched<T> = Option<Result<T, String>>;

/// The catalogue, once it is here.
#[hook]
pub fn use_catalogue() -> Fetched<Catalogue> {
    let found = use_state_eq(|| None);
    {
        let found = found.clone();
        use_effect_with((), move |()| {
            spawn_local(async move { found.set(Some(catalogue().await)) });
        });
    }
    (*found).clone()
}
