//! Drawings of what the demo shop sells, made of simple shapes (`drawings.txt`), so that no photographs are needed.

use anyhow::{Context as _, Result, bail};
use image::{ImageFormat, Rgb, RgbImage};

/// The drawings, one in a line.
const DRAWINGS: &str = include_str!("drawings.txt");
/// Width and height of a drawing, in pixels.
const SIZE: (u32, u32) = (480, 360);

type Colour = [u8; 3];

/// Behind every drawing.
const GROUND: Colour = [232, 228, 218];
const COLOURS: [(&str, Colour); 20] = [
    ("ground", GROUND),
    ("ink", [38, 45, 66]),
    ("white", [250, 248, 242]),
    ("cream", [238, 226, 203]),
    ("wood", [181, 127, 82]),
    ("dark-wood", [133, 88, 54]),
    ("steel", [176, 186, 196]),
    ("dark-steel", [112, 124, 138]),
    ("iron", [58, 62, 70]),
    ("brass", [205, 164, 84]),
    ("blue", [58, 89, 190]),
    ("sky", [134, 168, 224]),
    ("red", [190, 72, 60]),
    ("green", [92, 132, 98]),
    ("glass", [168, 203, 190]),
    ("wax", [226, 178, 88]),
    ("flame", [244, 138, 60]),
    ("grey", [150, 148, 142]),
    ("leather", [142, 84, 52]),
    ("shadow", [209, 205, 196]),
];

/// A position in pixels, from the upper left corner.
type Point = (f32, f32);

/// The outline of a part, by its distance to any point (negative inside).
#[derive(Debug)]
enum Shape {
    /// Centre and radii.
    Oval(Point, Point),
    /// Centre, radius, width of the line.
    Ring(Point, f32, f32),
    /// A line with round ends, and its width.
    Bar(Point, Point, f32),
    /// Centre, size, radius of the corners.
    Rect(Point, Point, f32),
    Polygon(Vec<Point>),
}

/// The drawing of a product or file, as a PNG; a parcel for what has none.
pub fn draw(name: &str) -> Result<Vec<u8>> {
    let line = |name: &str| {
        let lines = DRAWINGS.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find_map(|(of, parts)| (of == name).then_some(parts))
    };
    let parts = line(name)
        .or_else(|| line("*"))
        .context("a drawing of a parcel")?;
    let mut picture = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb(GROUND));
    for part in ["oval 240 306 150 16 shadow"]
        .into_iter()
        .chain(parts.split("; "))
    {
        let (shape, colour) = parse(part).with_context(|| format!("{name}: {part}"))?;
        paint(&mut picture, &shape, colour);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn parse(part: &str) -> Result<(Shape, Colour)> {
    let (part, colour) = part
        .rsplit_once(' ')
        .context("a part is shape, numbers, colour")?;
    let colour = COLOURS.iter().find(|(name, _)| *name == colour);
    let (_, colour) = colour.context("an unknown colour")?;
    let (kind, numbers) = part.split_once(' ').context("numbers")?;
    let numbers = numbers.split([' ', ',']).map(str::parse);
    let numbers: Vec<f32> = numbers.collect::<Result<_, _>>()?;
    let shape = match (kind, numbers.as_slice()) {
        ("oval", &[x, y, across, down]) => Shape::Oval((x, y), (across, down)),
        ("ring", &[x, y, radius, width]) => Shape::Ring((x, y), radius, width),
        ("bar", &[x, y, to_x, to_y, width]) => Shape::Bar((x, y), (to_x, to_y), width),
        ("rect", &[x, y, wide, high, corner]) => Shape::Rect((x, y), (wide, high), corner),
        ("polygon", points) if points.len() >= 6 && points.len().is_multiple_of(2) => {
            let points = points.chunks_exact(2).map(|point| (point[0], point[1]));
            Shape::Polygon(points.collect())
        }
        _ => bail!("an unknown shape, or a wrong number of numbers"),
    };
    Ok((shape, *colour))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a small picture"
)]
fn paint(picture: &mut RgbImage, shape: &Shape, colour: Colour) {
    let ((left, upper), (right, lower)) = shape.bounds();
    let within =
        |from: f32, to: f32, most: u32| from.max(0.0) as u32..(to.max(0.0) as u32 + 2).min(most);
    for row in within(upper, lower, SIZE.1) {
        for column in within(left, right, SIZE.0) {
            let distance = shape.distance((column as f32 + 0.5, row as f32 + 0.5));
            // Edges are smooth over one pixel.
            let share = (0.5 - distance).clamp(0.0, 1.0);
            if share > 0.0 {
                let Rgb(below) = picture.get_pixel_mut(column, row);
                for (below, above) in below.iter_mut().zip(colour) {
                    let mixed = f32::from(*below) + (f32::from(above) - f32::from(*below)) * share;
                    *below = mixed.round() as u8;
                }
            }
        }
    }
}

impl Shape {
    /// The corners of a box around it.
    fn bounds(&self) -> (Point, Point) {
        let around = |(x, y): Point, (across, down): Point| {
            let (across, down) = (across + 1.0, down + 1.0);
            ((x - across, y - down), (x + across, y + down))
        };
        match self {
            Self::Oval(at, radii) => around(*at, *radii),
            Self::Ring(at, radius, width) => around(*at, (radius + width, radius + width)),
            Self::Rect(at, (wide, high), _) => around(*at, (wide / 2.0, high / 2.0)),
            Self::Bar(from, to, width) => hull(&[*from, *to], width / 2.0 + 1.0),
            Self::Polygon(points) => hull(points, 1.0),
        }
    }

    fn distance(&self, at: Point) -> f32 {
        match self {
            Self::Oval(centre, (across, down)) => {
                let (x, y) = ((at.0 - centre.0) / across, (at.1 - centre.1) / down);
                (x.hypot(y) - 1.0) * across.min(*down)
            }
            Self::Ring(centre, radius, width) => {
                ((at.0 - centre.0).hypot(at.1 - centre.1) - radius).abs() - width / 2.0
            }
            Self::Bar(from, to, width) => to_line(at, *from, *to) - width / 2.0,
            Self::Rect(centre, (wide, high), corner) => {
                let x = (at.0 - centre.0).abs() - wide / 2.0 + corner;
                let y = (at.1 - centre.1).abs() - high / 2.0 + corner;
                x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - corner
            }
            Self::Polygon(points) => to_polygon(at, points),
        }
    }
}

/// A box around points, with a margin.
fn hull(points: &[Point], margin: f32) -> (Point, Point) {
    let mut least = (f32::INFINITY, f32::INFINITY);
    let mut most = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for (x, y) in points {
        least = (least.0.min(x - margin), least.1.min(y - margin));
        most = (most.0.max(x + margin), most.1.max(y + margin));
    }
    (least, most)
}

/// The distance of a point from a line between two others.
fn to_line(at: Point, from: Point, to: Point) -> f32 {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let (right, down) = (at.0 - from.0, at.1 - from.1);
    let along = ((right * x + down * y) / (x * x + y * y).max(f32::EPSILON)).clamp(0.0, 1.0);
    (right - x * along).hypot(down - y * along)
}

fn to_polygon(at: Point, points: &[Point]) -> f32 {
    let next = points.iter().skip(1).chain(points.first());
    let mut nearest = f32::INFINITY;
    let mut inside = false;
    for (from, to) in points.iter().zip(next) {
        nearest = nearest.min(to_line(at, *from, *to));
        // Whether a ray to the right crosses this side.
        let between = (from.1 > at.1) != (to.1 > at.1);
        if between && at.0 < from.0 + (at.1 - from.1) * (to.0 - from.0) / (to.1 - from.1) {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_and_file_has_a_drawing_of_its_own() {
        let files = ["shop-front.png", "first-draft.png", "bicycles.png"];
        let names = super::super::catalogue::skus().chain(files);
        let mut drawings: Vec<_> = names.map(|name| draw(name).unwrap()).collect();
        assert!(!drawings.contains(&draw("no such thing").unwrap()));
        let count = drawings.len();
        drawings.sort();
        drawings.dedup();
        assert_eq!(drawings.len(), count);
    }

    #[test]
    fn a_shape_covers_its_inside_and_nothing_else() {
        for shape in [
            "polygon 10,10 30,10 30,30 10,30",
            "rect 20 20 20 20 2",
            "oval 20 20 10 10",
            "bar 15 20 25 20 12",
        ] {
            let (shape, _) = parse(&format!("{shape} ink")).unwrap();
            assert!(shape.distance((20.0, 20.0)) < 0.0, "{shape:?}");
            assert!(shape.distance((40.0, 20.0)) > 5.0, "{shape:?}");
        }
        let (ring, _) = parse("ring 20 20 10 4 ink").unwrap();
        assert!(ring.distance((20.0, 20.0)) > 0.0);
        assert!(ring.distance((30.0, 20.0)) < 0.0);
    }

    #[test]
    fn a_part_that_is_none_is_refused() {
        for part in [
            "",
            "oval",
            "oval 1 2 3 ink",
            "oval 1 2 3 4 mauve",
            "polygon 1,2 3,4 ink",
            "star 1 2 ink",
            "bar 1 2 x 4 5 ink",
        ] {
            assert!(parse(part).is_err(), "{part}");
        }
    }
}
