//! From the records before the cases to what they mean.

use encoding_rs::Encoding;
use exporter_core::source::{BinaryFile, ByteOrder, unsigned};

use crate::codes::{ALIGNMENTS, MEASURES, meant};
use crate::error::Result;
use crate::metadata::{CaseDates, SavMetadata};
use crate::reader::attributes::{file_attributes, variable_attributes};
use crate::reader::encoding::TextDecoder;
use crate::reader::header::{Header, RawHeader, double};
use crate::reader::records::{Extension, Records};
use crate::reader::remarks::Remarks;
use crate::reader::sets::{response_sets, variable_sets};
use crate::reader::value_labels::{long_text_missing, value_labels};
use crate::reader::variables::{CaseColumn, Variables};
use crate::spec::{DOCUMENT_LINE, HIGHEST, LOWEST, SYSMIS, subtype};

/// Everything before the cases.
#[derive(Debug)]
pub(crate) struct Dictionary {
    pub(crate) header: Header,
    pub(crate) metadata: SavMetadata,
    pub(crate) decoder: TextDecoder,
    pub(crate) order: ByteOrder,
    pub(crate) columns: Vec<CaseColumn>,
    /// Elements of a case.
    pub(crate) elements: usize,
    /// Offset of the first case.
    pub(crate) data: u64,
    /// Cases that subtype 16 claims, whatever the header does.
    pub(crate) other_claim: Option<u64>,
    pub(crate) remarks: Remarks,
}

impl Dictionary {
    pub(crate) fn read(bytes: &BinaryFile, asked: Option<&'static Encoding>) -> Result<Self> {
        let mut remarks = Remarks::default();
        let header = RawHeader::read(bytes, &mut remarks)?;
        let mut records = Records::read(bytes, header.order, &mut remarks)?;
        let decoder = TextDecoder::find(asked, &header, &records, &mut remarks);
        let mut of = Variables::read(&records, &decoder, &mut remarks);
        let mut metadata = SavMetadata::new();
        metadata.encoding = decoder.encoding;
        metadata.value_labels = value_labels(&mut records, &mut of, &decoder, &mut remarks);
        long_text_missing(&records, &mut of, &decoder, &mut remarks);
        display(&records, &mut of, &mut remarks);
        variable_attributes(&records, &mut of, &decoder, &mut remarks);
        metadata.label = decoder.label(&header.label, &mut remarks);
        metadata.created =
            (decoder.label(&header.date, &mut remarks), decoder.label(&header.time, &mut remarks));
        metadata.weight = weight(header.weight, &of, &mut remarks);
        metadata.documents =
            records.documents.chunks(DOCUMENT_LINE).map(|line| decoder.label(line, &mut remarks)).collect();
        metadata.response_sets = response_sets(&records, &mut of, &decoder, &mut remarks);
        metadata.variable_sets = variable_sets(&records, &mut of, &decoder, &mut remarks);
        metadata.attributes = file_attributes(&records, &decoder, &mut remarks);
        metadata.dates = dates(&records, &of, &mut remarks);
        check_special_numbers(&records, &mut remarks);
        let other_claim = claimed_cases(&records, &mut remarks);
        let claimed_cases = header.claimed_cases.or(other_claim);
        if of.heads.is_empty() {
            remarks.odd("the file has no variables", "");
        }
        let (variables, columns) = of.finish();
        metadata.variables = variables;
        let header = Header {
            product: decoder.label(&header.product, &mut Remarks::default()),
            compression: header.compression,
            big_endian: header.order == ByteOrder::Big,
            claimed_cases,
            bias: header.bias,
            encoding_source: decoder.source,
            declared_encoding: decoder.declared,
        };
        let (order, elements, data) = (records.order, records.elements, records.data);
        Ok(Self { header, metadata, decoder, order, columns, elements, data, other_claim, remarks })
    }
}

fn integers(record: &Extension, order: ByteOrder) -> impl Iterator<Item = u32> {
    record.bytes.chunks_exact(4).map(move |bytes| unsigned(bytes, order) as u32)
}

/// The variable of a dictionary index, if it is a number.
fn weight(index: u32, of: &Variables, remarks: &mut Remarks) -> Option<usize> {
    let found = of.at_index(index).filter(|at| of.variables.get(*at).is_some_and(|it| it.width.is_none()));
    if found.is_none() && index != 0 {
        remarks
            .changed("a weight that is no numeric variable is left out", format!("dictionary index {index}"));
    }
    found
}

/// Measure, width and alignment (subtype 11), of which there are as many as records that begin a variable or a segment.
fn display(records: &Records, of: &mut Variables, remarks: &mut Remarks) {
    let Some(record) = records.of(subtype::DISPLAY).last() else { return };
    let numbers: Vec<u32> = integers(record, records.order).collect();
    let count = records.variables.len();
    let each = match numbers.len() {
        found if found == count * 3 => 3,
        found if found == count * 2 => 2,
        found => {
            let message =
                "measures, widths and alignments that are not as many as the variables are left out";
            remarks.odd(message, format!("{found} numbers of {count} variables"));
            return;
        }
    };
    for (head, variable) in of.heads.iter().zip(&mut of.variables) {
        let place = head.record as usize * each;
        let Some([measure, width @ .., alignment]) = numbers.get(place..place + each) else { continue };
        variable.measure = meant(&MEASURES, *measure);
        variable.column_width = width.first().copied().filter(|width| *width > 0);
        variable.alignment = meant(&ALIGNMENTS, *alignment);
    }
}

/// What cases are dated by (subtype 6).
fn dates(records: &Records, of: &Variables, remarks: &mut Remarks) -> Option<CaseDates> {
    let record = records.of(subtype::DATES).last()?;
    let numbers: Vec<u32> = integers(record, records.order).collect();
    let (head, variables) = numbers.split_first_chunk::<6>()?;
    let mut dates = CaseDates { head: head.map(|number| number as i32), variables: Vec::new() };
    for variable in variables.chunks_exact(3) {
        let [index, kind, period] = variable else { continue };
        match of.at_index(*index) {
            Some(at) => dates.variables.push((at, *kind as i32, *period as i32)),
            None => {
                remarks.odd("dates of what is no variable are left out", format!("dictionary index {index}"));
            }
        }
    }
    Some(dates)
}

/// The special numbers that a file says it uses (subtype 4); none are believed, since wrong ones are never used.
fn check_special_numbers(records: &Records, remarks: &mut Remarks) {
    for record in records.of(subtype::MACHINE_FLOATS) {
        let numbers: Vec<f64> = record.bytes.chunks_exact(8).map(|it| double(it, records.order)).collect();
        let is_usual = matches!(numbers.as_slice(), [missing, highest, lowest]
            if *missing == SYSMIS && *highest == HIGHEST && (*lowest == LOWEST || *lowest == SYSMIS));
        if !is_usual {
            remarks.odd(
                "the file declares special numbers that are not those of SPSS; those of SPSS are read",
                format!("{numbers:?}"),
            );
        }
    }
}

/// The number of cases of subtype 16, whose first number is 1; some write doubles.
fn claimed_cases(records: &Records, remarks: &mut Remarks) -> Option<u64> {
    let record = records.of(subtype::CASES).last()?;
    let mut numbers = record.bytes.chunks_exact(8);
    let (first, second) = (numbers.next()?, numbers.next()?);
    if unsigned(first, records.order) == 1 {
        return i64::try_from(unsigned(second, records.order)).ok().map(|cases| cases as u64);
    }
    if double(first, records.order) == 1.0 {
        remarks.odd("the number of cases is stored as a double", "");
        let cases = double(second, records.order);
        return (0.0..9e15).contains(&cases).then_some(cases as u64);
    }
    None
}
