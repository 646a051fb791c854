/** Authenticators added in recovery, and what the latest proof of an action has earned. */
export const sql = /* sql */ `
alter table authenticators
  -- until then, where it was added in recovery, a proof by it counts no higher than the one that it was added under
  add column held_until timestamptz,
  add column held_assurance text,
  add column held_method text;
create index authenticators_held on authenticators (held_until) where slot = 'successor';

-- What the proof that was accepted last has earned: the very same request earns no more when it is answered again.
alter table actions add column proof_earned json;
`;
