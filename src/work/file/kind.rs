//! What a file really is, told by its first bytes: a client's word for it is not believed.

use super::model::FilePurpose;
use crate::kernel::access::Permission;

/// A type of file that somebody may upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named for the format")]
pub enum Kind {
    Png,
    Jpeg,
    Webp,
    Gif,
    Gzip,
    Pdf,
    Xlsx,
    Text,
}

/// Bytes from which [`Kind::sniff`] can tell every type.
pub const SNIFF_BYTES: usize = 512;

impl Kind {
    /// The type that a media type names; parameters such as `charset` do not matter.
    pub fn of_media_type(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "image/png" => Self::Png,
            "image/jpeg" | "image/jpg" => Self::Jpeg,
            "image/webp" => Self::Webp,
            "image/gif" => Self::Gif,
            "application/gzip" | "application/x-gzip" => Self::Gzip,
            "application/pdf" => Self::Pdf,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Self::Xlsx,
            "text/csv" | "text/tab-separated-values" | "text/plain" => Self::Text,
            _ => return None,
        })
    }

    /// The type's one media type, under which it is stored and served.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Gzip => "application/gzip",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Text => "text/csv",
        }
    }

    /// The type that the first bytes show (signatures as in the WHATWG MIME Sniffing standard).
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let starts = |signature: &[u8]| bytes.starts_with(signature);
        if starts(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if starts(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Some(Self::Gif)
        } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if starts(b"\x1f\x8b\x08") {
            Some(Self::Gzip)
        } else if starts(b"%PDF-") {
            Some(Self::Pdf)
        } else if starts(b"PK\x03\x04") {
            is_workbook(bytes).then_some(Self::Xlsx)
        } else {
            is_text(bytes).then_some(Self::Text)
        }
    }
}

/// Whether a ZIP archive's first entry is one that office workbooks begin with. The name stands at byte 30, its length
/// at byte 26 (APPNOTE 4.3.7).
fn is_workbook(bytes: &[u8]) -> bool {
    let length = match bytes.get(26..28) {
        Some([low, high]) => usize::from(u16::from_le_bytes([*low, *high])),
        _ => return false,
    };
    let name = bytes.get(30..30 + length).unwrap_or_default();
    ["[Content_Types].xml", "_rels/", "docProps/", "xl/", "customXml/"].iter().any(|p| name.starts_with(p.as_bytes()))
}

/// UTF-16 with a byte order mark, or bytes without any control character that no text has. Windows-1252 passes.
fn is_text(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let known_binary = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    let control = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    !bytes.is_empty() && !known_binary && (marked || !bytes.iter().any(control))
}

/// What a purpose allows.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Who may upload for it; `None`: only the server writes such files.
    pub upload: Option<Permission>,
    /// Who sees other people's files of it.
    pub read: Permission,
    /// Largest size in bytes.
    pub max_bytes: u64,
    /// Types.
    pub kinds: &'static [Kind],
    /// Whether only a mutation of its domain gives links to the bytes, which writes down who asked.
    pub private: bool,
}

const MIB: u64 = 1024 * 1024;
const IMAGES: &[Kind] = &[Kind::Png, Kind::Jpeg, Kind::Webp, Kind::Gif];

impl FilePurpose {
    /// What the purpose allows.
    pub fn rule(self) -> Rule {
        match self {
            Self::Import => Rule {
                upload: Some(Permission::CatalogImport),
                read: Permission::CatalogImport,
                max_bytes: 2_048 * MIB,
                kinds: &[Kind::Text, Kind::Xlsx, Kind::Gzip],
                private: false,
            },
            Self::OfferImport => Rule {
                upload: Some(Permission::OffersWrite),
                read: Permission::OffersRead,
                max_bytes: 256 * MIB,
                kinds: &[Kind::Text, Kind::Xlsx, Kind::Gzip],
                private: false,
            },
            Self::Report => Rule {
                upload: None,
                read: Permission::JobsRead,
                max_bytes: 2_048 * MIB,
                kinds: &[Kind::Text, Kind::Xlsx, Kind::Gzip],
                private: false,
            },
            Self::DistributorDocument => Rule {
                upload: Some(Permission::DistributorsWrite),
                read: Permission::SellersWrite,
                max_bytes: 10 * MIB,
                kinds: &[Kind::Pdf, Kind::Png, Kind::Jpeg],
                private: true,
            },
            Self::StorefrontMedia => Rule {
                upload: Some(Permission::DistributorsWrite),
                read: Permission::SellersWrite,
                max_bytes: 10 * MIB,
                kinds: IMAGES,
                private: false,
            },
            Self::ProposalMedia => Rule {
                upload: Some(Permission::OffersWrite),
                read: Permission::OffersReview,
                max_bytes: 10 * MIB,
                kinds: IMAGES,
                private: false,
            },
            Self::ProductMedia | Self::BrandMedia => Rule {
                upload: Some(Permission::CatalogWrite),
                read: Permission::CatalogRead,
                max_bytes: 10 * MIB,
                kinds: IMAGES,
                private: false,
            },
        }
    }
}
