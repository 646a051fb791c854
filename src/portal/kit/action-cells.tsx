/** How an action is shown in lists. */
import { locale } from '#portal-texts/locale.ts';
import { actionCellsTexts, commonTexts } from '#portal-texts/kit.ts';
import { fill } from './fill.ts';
import { Link } from '@tanstack/react-router';
import type { ListedAction } from '../api/types.ts';
import { useScene } from '../shell/tenant.tsx';
import { columnsOf } from './data-table.tsx';
import { StateBadge, Time } from './parts.tsx';
import { methodWords } from './words.ts';

const helper = columnsOf<ListedAction>();

export const actionWidths =
  'minmax(118px, 0.7fr) minmax(140px, 0.9fr) minmax(110px, 1fr) minmax(120px, 1.2fr) minmax(130px, 1fr) minmax(90px, 0.8fr) minmax(130px, 1.3fr)';

export const actionColumns = helper.columns([
  helper.accessor('createdAt', {
    header: actionCellsTexts.time,
    cell: ({ row }) => <ActionLink action={row.original} />,
  }),
  helper.accessor('state', {
    header: actionCellsTexts.state,
    cell: ({ row }) => <StateBadge state={row.original.state} />,
  }),
  helper.accessor('actionCode', {
    header: actionCellsTexts.action,
    cell: ({ row }) => <span className="Cut Strong">{row.original.actionCode}</span>,
  }),
  helper.accessor('userId', {
    header: actionCellsTexts.user,
    cell: ({ row }) => <UserLink userId={row.original.userId} />,
  }),
  helper.accessor('ipAddress', {
    header: actionCellsTexts.address,
    cell: ({ row }) => <Address action={row.original} />,
  }),
  helper.accessor('verificationMethod', {
    header: actionCellsTexts.method,
    cell: ({ row }) =>
      row.original.verificationMethod === undefined ? <Nothing /> : methodWords(row.original.verificationMethod),
  }),
  helper.accessor('rules', {
    header: actionCellsTexts.decidedBy,
    cell: ({ row }) => <DecidedBy action={row.original} />,
  }),
]);

export const Nothing = () => (
  <span className="Faint" aria-label={commonTexts.none}>
    –
  </span>
);

function ActionLink({ action: { actionId, createdAt, actionCode, userId } }: { readonly action: ListedAction }) {
  const { tenantId } = useScene().tenant;
  return (
    <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId }} className="RowLink" preload={false}>
      <Time at={createdAt} />
      <span className="Hidden">{fill(actionCellsTexts.actionOfUser, { actionCode, userId })}</span>
    </Link>
  );
}

export function UserLink({ userId }: { readonly userId: string }) {
  const { tenantId } = useScene().tenant;
  return (
    <Link
      to="/t/$tenantId/users/$userId"
      params={{ tenantId, userId }}
      className="CellLink Cut"
      preload={false}
      tabIndex={-1}
      title={userId}
    >
      {userId}
    </Link>
  );
}

export function Address({
  action: { ipAddress, countryCode },
}: {
  readonly action: Pick<ListedAction, 'ipAddress' | 'countryCode'>;
}) {
  if (ipAddress === undefined && countryCode === undefined) return <Nothing />;
  return (
    <span className="Address">
      {countryCode === undefined ? null : <abbr title={countryName(countryCode)}>{countryCode}</abbr>}
      <span className="Cut Number">{ipAddress}</span>
    </span>
  );
}

const countries = new Intl.DisplayNames(locale, { type: 'region' });

export function countryName(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

function DecidedBy({ action: { rules, decidingRuleId } }: { readonly action: ListedAction }) {
  const deciding = rules.find(({ ruleId }) => ruleId === decidingRuleId);
  if (deciding === undefined) return <span className="Faint">{actionCellsTexts.default}</span>;
  return (
    <span className="Rules">
      <span className="Cut" title={deciding.name}>
        {deciding.name}
      </span>
      {rules.length > 1 ? (
        <span className="Faint" title={rules.map(({ name }) => name).join('\n')}>
          +{rules.length - 1}
        </span>
      ) : null}
    </span>
  );
}
