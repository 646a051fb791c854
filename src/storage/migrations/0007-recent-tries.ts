/** What the tenant's own limit of guesses counts. */
export const sql = /* sql */ `
-- When guesses were counted that may still stand in the window of the tenant's limit; empty where there is none. As many as
-- the limit permits at most, which is a hundred.
alter table guess_budgets add column recent_tries timestamptz[] not null default '{}';
`;
