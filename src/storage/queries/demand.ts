/** The demand of a decision on a proof, as SQL. A record without a demand that can be read is satisfied by nothing. */

/** The rank of an assurance, the weakest first. */
export const rank = (assurance: string) => `array_position(array['low', 'restricted', 'medium', 'high'], ${assurance})`;

/**
 * Whether a proof is of a method that a decision allows, and strong enough: `core/challenges/satisfies.ts` as SQL,
 * applied to the decision that is current when the proof is written. For an authenticator on hold, the method that it
 * was added under must be allowed as well.
 */
export const satisfiesDemand = (
  decision: string,
  method: string,
  assurance: string,
  heldMethod = 'null::text',
) => `coalesce((
    select (jsonb_typeof(d.methods) = 'null' or (d.methods ? ${method} and (${heldMethod} is null or d.methods ? ${heldMethod})))
      and (d.minimum is null or coalesce(${rank(assurance)} >= ${rank('d.minimum')}, false))
    from (
      -- A short record leaves out what is not demanded (core/actions/stored-decision-record.ts).
      select coalesce(
          (${decision} #> '{demand,verificationMethods}')::jsonb,
          case when ${decision} ->> 'v' = '2' and jsonb_typeof((${decision} -> 'demand')::jsonb) = 'object' then jsonb 'null' end
        ) as methods,
        ${decision} #>> '{demand,minimumAssurance}' as minimum
    ) as d
  ), false)`;
