//! A document as a value, and how it becomes a PDF: a title, facts, tables, on as many pages of A4 as that takes. What a
//! document says is said by those who make one.

use super::type_setting::{lines, runs, width};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::TextDirection;

/// A4, and what is left free around; in points.
const PAGE_WIDTH: f32 = 595.28;
const PAGE_HEIGHT: f32 = 841.89;
const MARGIN: f32 = 48.0;
const ROOM: f32 = PAGE_WIDTH - 2.0 * MARGIN;
const SIZE: f32 = 9.5;
const SMALL: f32 = 8.0;
const LEADING: f32 = 13.0;
/// What a cell keeps free at its sides.
const PAD: f32 = 4.0;

/// A column of a table: its name, and which part of the width it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub share: f32,
    /// Its values end at the right, as numbers do.
    pub right: bool,
}

/// A table with a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub heading: Option<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
}

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub title: String,
    /// BCP 47.
    pub language: &'static str,
    /// Names and values, above the tables.
    pub facts: Vec<(&'static str, String)>,
    pub tables: Vec<Table>,
    /// What stands below them, such as where to sign.
    pub closing: Vec<String>,
    /// At the foot of each page; before the number of the page.
    pub foot: String,
}

/// Something that is drawn on a page.
enum Mark {
    Text { x: f32, y: f32, size: f32, text: String },
    Rule { y: f32, grey: u8 },
}

/// Where on which page the next thing goes.
struct Cursor {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Cursor {
    fn new() -> Self {
        Self { pages: vec![Vec::new()], y: MARGIN }
    }

    /// Goes on on a new page where there is no such height left; gives whether it did.
    fn need(&mut self, height: f32) -> bool {
        let full = self.y + height > PAGE_HEIGHT - MARGIN - LEADING;
        if full {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        full
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, size: f32, text: &str) {
        self.mark(Mark::Text { x, y: self.y + size, size, text: text.to_owned() });
    }

    fn paragraph(&mut self, x: f32, size: f32, room: f32, text: &str) {
        for line in lines(text, size, room) {
            self.need(LEADING);
            self.text(x, size, &line);
            self.y += LEADING;
        }
    }

    fn facts(&mut self, facts: &[(&'static str, String)]) {
        let names = facts.iter().map(|(name, _)| width(name, SIZE)).fold(0.0, f32::max) + 3.0 * PAD;
        for (name, value) in facts {
            self.need(LEADING);
            self.text(MARGIN, SIZE, name);
            self.paragraph(MARGIN + names, SIZE, ROOM - names, value);
        }
        self.y += LEADING / 2.0;
    }

    fn head(&mut self, table: &Table) {
        self.row(&table.columns, &table.columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>(), SMALL);
        self.mark(Mark::Rule { y: self.y - 2.0, grey: 90 });
    }

    fn row(&mut self, columns: &[Column], cells: &[String], size: f32) {
        let (mut x, top, mut bottom) = (MARGIN, self.y, self.y + LEADING);
        for (column, cell) in columns.iter().zip(cells) {
            let room = column.share * ROOM;
            self.y = top;
            for line in lines(cell, size, room - 2.0 * PAD) {
                let indent = if column.right { room - PAD - width(&line, size) } else { PAD };
                self.text(x + indent, size, &line);
                self.y += LEADING;
            }
            bottom = bottom.max(self.y);
            x += room;
        }
        self.y = bottom + 2.0;
    }

    fn table(&mut self, table: &Table) {
        let height = |row: &Vec<String>| {
            let cells = table.columns.iter().zip(row).map(|(column, cell)| lines(cell, SIZE, column.share * ROOM - 2.0 * PAD).len());
            cells.max().unwrap_or(1) as f32 * LEADING + 4.0
        };
        self.need(4.0 * LEADING);
        if let Some(heading) = &table.heading {
            self.y += LEADING / 2.0;
            self.paragraph(MARGIN, SIZE + 1.5, ROOM, heading);
        }
        self.head(table);
        for row in &table.rows {
            // a row that no page holds begins on one of its own and runs out of it; none of ours is so long
            if self.need(height(row).min(PAGE_HEIGHT - 4.0 * MARGIN)) {
                self.head(table);
            }
            self.row(&table.columns, row, SIZE);
            self.mark(Mark::Rule { y: self.y - 2.0, grey: 210 });
        }
        self.y += LEADING / 2.0;
    }
}

impl Sheet {
    fn laid_out(&self) -> Vec<Vec<Mark>> {
        let mut cursor = Cursor::new();
        for line in lines(&self.title, 17.0, ROOM) {
            cursor.text(MARGIN, 17.0, &line);
            cursor.y += 24.0;
        }
        cursor.y += 6.0;
        cursor.facts(&self.facts);
        self.tables.iter().for_each(|table| cursor.table(table));
        for line in &self.closing {
            cursor.need(2.0 * LEADING);
            cursor.y += LEADING;
            cursor.paragraph(MARGIN, SIZE, ROOM, line);
        }
        let count = cursor.pages.len();
        for (at, page) in cursor.pages.iter_mut().enumerate() {
            let text = format!("{} · {}/{count}", self.foot, at + 1);
            page.push(Mark::Text { x: MARGIN, y: PAGE_HEIGHT - MARGIN + LEADING, size: SMALL, text });
        }
        cursor.pages
    }

    /// The document as a PDF.
    ///
    /// # Errors
    /// Where it cannot be written, and why.
    pub fn pdf(&self) -> Result<Vec<u8>, String> {
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(self.title.clone()).language(self.language.to_owned()).producer("Docket".to_owned()));
        for marks in self.laid_out() {
            let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or("A4 is no size of a page")?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            marks.iter().for_each(|mark| draw(&mut surface, mark));
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|error| format!("{error:?}"))
    }
}

fn grey(level: u8) -> Fill {
    Fill { paint: rgb::Color::new(level, level, level).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn draw(surface: &mut Surface, mark: &Mark) {
    match mark {
        Mark::Text { x, y, size, text } => {
            surface.set_fill(Some(grey(0)));
            let mut x = *x;
            for run in runs(text) {
                if let Some(font) = run.font() {
                    surface.draw_text(Point::from_xy(x, *y), font, *size, &run.text, false, TextDirection::LeftToRight);
                }
                x += run.width(*size);
            }
        }
        Mark::Rule { y, grey: level } => {
            let mut path = PathBuilder::new();
            if let Some(rule) = Rect::from_xywh(MARGIN, *y, ROOM, 0.6) {
                path.push_rect(rule);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(grey(*level)));
                surface.draw_path(&path);
            }
        }
    }
}
