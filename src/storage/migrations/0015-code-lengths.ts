/** How many digits a code has, so that what is shorter or longer is no guess at it. */
export const sql = /* sql */ `
-- Null where nothing is answered by a code, and for codes that were sent before.
alter table challenges add column code_length smallint;
`;
