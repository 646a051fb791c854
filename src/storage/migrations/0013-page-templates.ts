/**
 * A tenant's page template as it is shown, beside the theme, which has it as it was sent. Null where there is none, and where
 * one was stored before this: it is sanitised when a page first needs it.
 */
export const sql = `
alter table tenants add column page_template jsonb;
`;
