/** When the earlier generations of a session were created, for tabs that refresh with an older token. */
export const sql = /* sql */ `
-- newest first, two at most: with rotated_at they say when each of the last three generations was exchanged
alter table sessions add column earlier_rotated_at timestamptz[] not null default '{}';
`;
