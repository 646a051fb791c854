/** A challenge that an app has taken: only the key that did may answer it (A24). */
export const sql = /* sql */ `
alter table challenges
  -- the authenticator of that key
  add column claimed_by uuid;
`;
