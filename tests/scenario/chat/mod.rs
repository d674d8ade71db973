//! What concerns a chat as a whole.

mod read;
