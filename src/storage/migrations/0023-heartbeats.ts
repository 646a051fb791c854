/** Whether nodes can write: each notes it every few seconds, and is ready while it can (ruling 53). */
export const sql = /* sql */ `
create table heartbeats (
  node_id uuid primary key,
  beat_at timestamptz not null
);
`;
