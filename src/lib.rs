//! langdu
