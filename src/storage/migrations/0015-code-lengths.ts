/** The number of digits of a code, so that an input of another length does not count as a guess. */
export const sql = /* sql */ `
-- Null where nothing is answered by a code, and for codes that were sent before.
alter table challenges add column code_length smallint;
`;
