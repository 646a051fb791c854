/**
 * Whether nodes can write: each node writes a heartbeat every few seconds, and is ready while that works (ruling 53).
 */
export const sql = /* sql */ `
create table heartbeats (
  node_id uuid primary key,
  beat_at timestamptz not null
);
`;
