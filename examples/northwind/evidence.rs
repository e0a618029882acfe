//! The photo of a goods issue note that picking has to show: a small valid PNG, made here, different for each order.

/// Pixels along each side of the picture.
const SIDE: u32 = 16;
/// Parts the fields of the multipart body. No byte of the picture can spell it.
const BOUNDARY: &str = "northwind-5f0c2f0e1b7d4a53";

/// The multipart body that carries the picture, with its content type.
pub fn goods_issue_note(order: u32) -> (String, Vec<u8>) {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ngoods_issue_note\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"goods-issue-note-{order}.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend(picture(order));
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// A greyscale PNG whose rows show the bits of the order's number.
fn picture(order: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for row in 0..SIDE {
        pixels.push(0); // no filter
        pixels.extend((0..SIDE).map(|column| if order.rotate_right(row) >> column & 1 == 1 { 0x20 } else { 0xe0 }));
    }
    let mut header = [SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]); // 8 bits of grey, deflate, no interlacing
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &stored(&pixels));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// One chunk: length, name, content, and the CRC-32 of the latter two.
fn chunk(png: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    let length = u32::try_from(content.len()).expect("a chunk is small");
    let named = [name.as_slice(), content].concat();
    png.extend(length.to_be_bytes());
    png.extend(&named);
    png.extend(crc32(&named).to_be_bytes());
}

/// A zlib stream of one block that is stored, not compressed.
fn stored(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("the picture fits into one block");
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(content);
    stream.extend(adler32(content).to_be_bytes());
    stream
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }))
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}
