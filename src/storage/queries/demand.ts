/** What a decision demands of a proof, as SQL. */

/** The place of an assurance among all, the weakest first. */
export const rank = (assurance: string) => `array_position(array['low', 'restricted', 'medium', 'high'], ${assurance})`;

/**
 * Whether a proof is of a method that a decision allows, and strong enough for it: `core/challenges/satisfies.ts` as SQL, to
 * be asked of the decision that stands when the proof is written. A held authenticator's has to be allowed by what it was added
 * under as well.
 */
export const satisfiesDemand = (decision: string, method: string, assurance: string, heldMethod = 'null::text') => `(
    select (jsonb_typeof(d.methods) = 'null' or (d.methods ? ${method} and (${heldMethod} is null or d.methods ? ${heldMethod})))
      and (d.minimum is null or coalesce(${rank(assurance)} >= ${rank('d.minimum')}, false))
    from (
      select (${decision} #> '{demand,verificationMethods}')::jsonb as methods,
        ${decision} #>> '{demand,minimumAssurance}' as minimum
    ) as d
  )`;
