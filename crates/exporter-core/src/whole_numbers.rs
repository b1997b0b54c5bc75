//! One dispatch over the Arrow types whose values are whole numbers.

/// Calls a macro with the type of a column of whole numbers: integers, days, times of day, date-times and durations.
#[doc(hidden)]
#[macro_export]
macro_rules! downcast_whole_numbers {
    ($data_type:expr => $call:ident, $($pattern:pat => $otherwise:expr $(,)?)*) => {
        arrow_array::downcast_integer! {
            $data_type => ($call),
            arrow_schema::DataType::Duration(unit) => match unit {
                arrow_schema::TimeUnit::Second => $call!(arrow_array::types::DurationSecondType),
                arrow_schema::TimeUnit::Millisecond => $call!(arrow_array::types::DurationMillisecondType),
                arrow_schema::TimeUnit::Microsecond => $call!(arrow_array::types::DurationMicrosecondType),
                arrow_schema::TimeUnit::Nanosecond => $call!(arrow_array::types::DurationNanosecondType),
            },
            _ => arrow_array::downcast_temporal! {
                $data_type => ($call),
                $($pattern => $otherwise,)*
            },
        }
    };
}
