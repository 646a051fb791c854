/**
 * What a caller sent beside what was read from it. `ip_address` is the address that facts and later decisions go by, and
 * null where none could be read; `sent_ip_address` is what was sent, where that is another text. `is_place_unknown`: the
 * address has a place that could not be told.
 */
export const sql = /* sql */ `
alter table actions add column sent_ip_address text, add column is_place_unknown boolean not null default false;
`;
