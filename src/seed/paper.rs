//! A paper of the demo shop: one page of PDF (ISO 32000-1) that says what it stands for.

/// The bytes of a page with these words; letters, digits, spaces, hyphens and full stops only.
pub fn page(words: &str) -> Vec<u8> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.');
    let words: String = words.chars().filter(allowed).collect();
    let text = format!("BT /F1 18 Tf 72 720 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = String::from("0000000000 65535 f \n");
    for (at, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let (count, start) = (objects.len() + 1, pdf.len());
    pdf.push_str(&format!("xref\n0 {count}\n{places}trailer\n<< /Size {count} /Root 1 0 R >>\n"));
    pdf.push_str(&format!("startxref\n{start}\n%%EOF\n"));
    pdf.into_bytes()
}
