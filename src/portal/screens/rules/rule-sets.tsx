import { commonTexts } from '#portal-texts/kit.ts';
import { ruleSetsTexts } from '#portal-texts/rules.ts';
import { counted, fill } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import type { ListedRuleSet } from '../../api/types.ts';
import { Nothing } from '../../kit/action-cells.tsx';
import { DataTable, columnsOf } from '../../kit/data-table.tsx';
import { FilterText } from '../../kit/fields.tsx';
import { Empty, Failure, OutcomeBadge, PageHead, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { useScene } from '../../shell/tenant.tsx';

const helper = columnsOf<ListedRuleSet>();
const widths = 'minmax(160px, 2fr) minmax(120px, 1fr) minmax(130px, 1fr) minmax(130px, 1fr) minmax(90px, 1fr)';
const columns = helper.columns([
  helper.accessor('actionCode', {
    header: ruleSetsTexts.action,
    cell: ({ row }) => <CodeLink code={row.original.actionCode} />,
  }),
  helper.accessor('defaultOutcome', {
    header: ruleSetsTexts.withoutARule,
    cell: ({ row }) => <OutcomeBadge outcome={row.original.defaultOutcome} />,
  }),
  helper.accessor('rules', { header: ruleSetsTexts.rules, cell: ({ row }) => <Rules of={row.original} /> }),
  helper.accessor('lastActionAt', {
    header: ruleSetsTexts.lastTracked,
    cell: ({ row }) =>
      row.original.lastActionAt === undefined ? <Nothing /> : <Time at={row.original.lastActionAt} isRelative />,
  }),
  helper.accessor('draftAt', {
    header: ruleSetsTexts.draft,
    cell: ({ row }) => <Draft of={row.original} />,
  }),
]);

export const ruleSetsKey = (tenantId: string) => [tenantId, 'rule-sets'] as const;

/** The actions of a tenant, with what decides them. */
export function RuleSets() {
  const { tenant, portal } = useScene();
  const { data, error, refetch } = useQuery({
    queryKey: ruleSetsKey(tenant.tenantId),
    queryFn: ({ signal }) => portal<ListedRuleSet[]>('GET', '/rule-sets', undefined, signal),
  });
  const [words, setWords] = useState<string>();
  const rows = (data ?? []).filter(({ actionCode }) => actionCode.toLowerCase().includes((words ?? '').toLowerCase()));
  return (
    <div className="Page Page-full">
      <PageHead title={ruleSetsTexts.actions} count={data === undefined ? undefined : String(data.length)} />
      <div className="Filters" role="search" aria-label={commonTexts.filters}>
        <FilterText isWide label={ruleSetsTexts.code} value={words} change={setWords} maxLength={64} />
      </div>
      <div className="TableArea">
        {error !== null && data === undefined ? (
          <Failure error={error} title={ruleSetsTexts.actionsNotLoaded} retry={() => void refetch()} />
        ) : data === undefined ? (
          <Skeleton label={ruleSetsTexts.actionsLoading} />
        ) : rows.length === 0 ? (
          <Empty
            icon={<SlidersHorizontal size={20} aria-hidden />}
            title={data.length === 0 ? ruleSetsTexts.noActionYet : ruleSetsTexts.noCodeContainsThat}
          >
            <p>{data.length === 0 ? ruleSetsTexts.noActionYetText : ruleSetsTexts.noCodeContainsThatText}</p>
          </Empty>
        ) : (
          <DataTable
            label={ruleSetsTexts.actions}
            rows={rows}
            columns={columns}
            widths={widths}
            idOf={({ actionCode }) => actionCode}
          />
        )}
      </div>
    </div>
  );
}

function CodeLink({ code }: { readonly code: string }) {
  const { tenantId } = useScene().tenant;
  return (
    <Link to="/t/$tenantId/rules/$actionCode" params={{ tenantId, actionCode: code }} className="RowLink Cut Strong">
      {code}
    </Link>
  );
}

function Draft({ of: { draftAt, askedAt } }: { readonly of: ListedRuleSet }) {
  if (draftAt === undefined) return <Nothing />;
  return askedAt === undefined ? (
    <Tag tone="wait">{ruleSetsTexts.notPublished}</Tag>
  ) : (
    <Tag tone="main">{ruleSetsTexts.askedFor}</Tag>
  );
}

function Rules({ of: { rules, activeRules } }: { readonly of: ListedRuleSet }) {
  if (rules === 0) return <span className="Faint">{commonTexts.none}</span>;
  return (
    <span>
      {counted(ruleSetsTexts.activeRules, activeRules)}
      {rules > activeRules ? (
        <span className="Faint"> {fill(ruleSetsTexts.switchedOff, { count: rules - activeRules })}</span>
      ) : null}
    </span>
  );
}
