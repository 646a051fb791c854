/** API keys that end by themselves. */
export const sql = /* sql */ `
alter table api_keys
  -- null if it does not end
  add column expires_at timestamptz;
`;
