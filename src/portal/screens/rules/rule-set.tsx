import { ruleSetTexts } from '#portal-texts/rules.ts';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Activity, ArrowLeft } from 'lucide-react';
import { Suspense, lazy } from 'react';
import { Failure, PageHead, Skeleton } from '../../kit/parts.tsx';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { DraftBar } from './draft-bar.tsx';
import { History } from './history.tsx';
import { RuleList } from './rule-list.tsx';
import { RuleSettings } from './rule-settings.tsx';
import { TryOut } from './try-out.tsx';
import { useRuleSet } from './use-rule-set.ts';

// The builder and its libraries come when a rule is opened.
const RuleEditor = lazy(() => import('./rule-editor.tsx').then((found) => ({ default: found.RuleEditor })));

const ActionMessages = lazy(() => import('./action-messages.tsx').then((found) => ({ default: found.ActionMessages })));

const tabs = [
  ['rules', ruleSetTexts.rules],
  ['try', ruleSetTexts.tryOut],
  ['history', ruleSetTexts.history],
  ['messages', ruleSetTexts.messages],
  ['settings', ruleSetTexts.settings],
] as const;

/** One action: its rules, what they would do, what they were, and what a challenge of it asks for. */
export function RuleSetScreen() {
  const { actionCode } = useParams({ from: '/t/$tenantId/rules/$actionCode' });
  const { tab = 'rules', rule, action } = useSearch({ from: '/t/$tenantId/rules/$actionCode' });
  const { tenant, may } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const tools = useRuleSet(actionCode);
  const { data, error, refetch } = tools;
  const mayChange = may('configuration:change');
  const go = (search: { readonly tab?: string; readonly rule?: string; readonly action?: string }) =>
    void navigate({ to: '/t/$tenantId/rules/$actionCode', params: { tenantId, actionCode }, search });
  useShortcuts(ruleSetTexts.action, [
    ...tabs.map(([name, words], at) => ({ keys: String(at + 1), words, run: () => go({ tab: name }) })),
    ...(mayChange ? [{ keys: 'n', words: ruleSetTexts.newRule, run: () => go({ rule: 'new' }) }] : []),
  ]);
  if (data === undefined) {
    return (
      <div className="Page">
        {error === null ? (
          <Skeleton label={ruleSetTexts.rulesLoading} lines={12} />
        ) : (
          <Failure isWholePage error={error} title={ruleSetTexts.rulesNotLoaded} retry={() => void refetch()} />
        )}
      </div>
    );
  }
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/rules" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          {ruleSetTexts.actions}
        </Link>
      </div>
      <PageHead title={actionCode}>
        <Link
          to="/t/$tenantId/activity"
          params={{ tenantId }}
          search={{ code: actionCode }}
          className="Button Button-plain"
        >
          <Activity size={14} aria-hidden />
          {ruleSetTexts.activity}
        </Link>
      </PageHead>
      <nav className="Views" aria-label={ruleSetTexts.partsOfThisAction}>
        {tabs.map(([name, words]) => (
          <div key={name} className="View" data-here={name === tab}>
            <Link
              to="/t/$tenantId/rules/$actionCode"
              params={{ tenantId, actionCode }}
              search={{ tab: name }}
              aria-current={name === tab ? 'page' : undefined}
            >
              {words}
            </Link>
          </div>
        ))}
      </nav>
      <DraftBar tools={tools} ruleSet={data} tryOut={() => go({ tab: 'try' })} />
      {tab === 'try' ? (
        <TryOut ruleSet={data} actionId={action} choose={(actionId) => go({ tab: 'try', action: actionId })} />
      ) : tab === 'history' ? (
        <History ruleSet={data} tools={tools} />
      ) : tab === 'messages' ? (
        <Suspense fallback={<Skeleton label={ruleSetTexts.messagesLoading} />}>
          <ActionMessages key={actionCode} actionCode={actionCode} />
        </Suspense>
      ) : tab === 'settings' ? (
        <RuleSettings actionCode={actionCode} />
      ) : rule !== undefined && mayChange ? (
        <Suspense fallback={<Skeleton label={ruleSetTexts.editorLoading} />}>
          <RuleEditor key={rule} ruleId={rule} ruleSet={data} tools={tools} close={() => go({})} />
        </Suspense>
      ) : (
        <RuleList ruleSet={data} tools={tools} open={(ruleId) => go({ rule: ruleId })} />
      )}
      {tools.conflict === undefined ? null : <ConflictDialog ruleSet={data} mine={tools.conflict} tools={tools} />}
    </div>
  );
}
