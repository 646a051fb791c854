/** Which rules read a list or a data point. */
import { usesTexts } from '#portal-texts/settings.ts';
import { counted } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import type { RuleUse } from '../../api/types.ts';
import { Tag } from '../../kit/parts.tsx';
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
  return <>{uses.length === 0 ? usesTexts.noRule : counted(usesTexts.rules, uses.length)}</>;
}

export function UsedBy({
  uses,
  unused,
}: {
  readonly uses: readonly RuleUse[] | undefined;
  /** Says that no rule reads it. */
  readonly unused: string;
}) {
  return (
    <section className="Card">
      <h2>{usesTexts.usedBy}</h2>
      {uses === undefined ? (
        <p className="Faint">{usesTexts.notKnownYet}</p>
      ) : uses.length === 0 ? (
        <p className="Faint">{unused}</p>
      ) : (
        <ul className="Uses">
          {uses.map(({ actionCode, ruleId, name, isActive }) => (
            <li key={`${actionCode} ${ruleId}`}>
              <strong className="Cut">{name}</strong>
              <span className="Faint Cut">{actionCode}</span>
              {isActive ? null : <Tag>{usesTexts.off}</Tag>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
