/**
 * Parts of statements that change an action's state: a row of `reviews` begins with the state REVIEW_REQUIRED and ends with
 * the next one, in the same statement, so that the queue never differs from the actions.
 */

/** Lets the action in `changed` wait, if it has that state. One that was decided before waits anew. */
export const enterReview = (changed: string, now: string) => `waiting as (
     insert into reviews as r (tenant_id, action_id, owner_id, action_code, entered_at)
     select $1, c.action_id, c.owner_id, c.action_code, ${now} from ${changed} c where c.state = 'REVIEW_REQUIRED'
     on conflict (tenant_id, action_id) do update set entered_at = excluded.entered_at, taken_by = null, taken_at = null,
       decided_at = null, decided_by = null, note = null, first_by = null, first_at = null, first_note = null
     where r.decided_at is not null
   )`;

/** Ends the waiting of the action that is in `changed` and has left the state: by an operator, or by nobody of them. */
export const leaveReview = (
  changed: string,
  now: string,
  { by, note }: { readonly by: string; readonly note: string },
) => `reviewed as (
     update reviews r set decided_at = ${now}, decided_by = ${by}::uuid, note = ${note}::text
     from ${changed} c
     where r.tenant_id = $1 and r.action_id = c.action_id and r.decided_at is null and c.state <> 'REVIEW_REQUIRED'
   )`;
