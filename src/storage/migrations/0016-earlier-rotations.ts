/** When the generations of a session before the present one were made, for tabs that refresh with what they have. */
export const sql = /* sql */ `
-- newest first, two at most: with rotated_at they say when each of the last three generations was exchanged
alter table sessions add column earlier_rotated_at timestamptz[] not null default '{}';
`;
