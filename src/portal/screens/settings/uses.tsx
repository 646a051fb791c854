/** Which rules read a list or a data point. */
import { useQuery } from '@tanstack/react-query';
import type { RuleUse } from '../../api/types.ts';
import { Tag } from '../../kit/parts.tsx';
import { plural } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';

export function useRuleUses() {
  const { tenant, portal } = useScene();
  return useQuery({
    queryKey: [tenant.tenantId, 'rule-uses'],
    queryFn: ({ signal }) => portal<RuleUse[]>('GET', '/rule-uses', undefined, signal),
  });
}

/** How many rules, for a line of a list; nothing until it is known. */
export function UseCount({ uses }: { readonly uses: readonly RuleUse[] | undefined }) {
  if (uses === undefined) return null;
  return <>{uses.length === 0 ? 'No rule' : plural(uses.length, 'rule')}</>;
}

export function UsedBy({ uses, what }: { readonly uses: readonly RuleUse[] | undefined; readonly what: string }) {
  return (
    <section className="Card">
      <h2>Used by</h2>
      {uses === undefined ? (
        <p className="Faint">Not known yet.</p>
      ) : uses.length === 0 ? (
        <p className="Faint">No rule reads this {what}.</p>
      ) : (
        <ul className="Uses">
          {uses.map(({ actionCode, ruleId, name, isActive }) => (
            <li key={`${actionCode} ${ruleId}`}>
              <strong className="Cut">{name}</strong>
              <span className="Faint Cut">{actionCode}</span>
              {isActive ? null : <Tag>Off</Tag>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
