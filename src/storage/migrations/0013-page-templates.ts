/**
 * A tenant's page template in the form that pages show, beside the theme, which has it as it was sent. Null if there is
 * none, and if one was stored before this migration: then it is sanitised when a page first needs it.
 */
export const sql = `
alter table tenants add column page_template jsonb;
`;
