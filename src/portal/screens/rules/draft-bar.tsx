import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Notice, Time } from '../../kit/parts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { Differences } from './differences.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { RefuseDialog, RequestWords } from './request-bar.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

/** What the draft would change, and what can be done with it. */
export function DraftBar({
  ruleSet,
  tools: { save, discard },
  tools,
  tryOut,
}: {
  readonly ruleSet: RuleSet;
  readonly tools: RuleSetTools;
  readonly tryOut: () => void;
}) {
  const mayChange = useScene().may('configuration:change');
  const [opened, setOpened] = useState<'publish' | 'refuse'>();
  const { draft, live, needsTwoPeople } = ruleSet;
  if (draft === undefined) return null;
  const { request } = draft;
  const isAsking = needsTwoPeople && request === undefined;
  const mayPublish = !needsTwoPeople || (request !== undefined && !draft.isOwn);
  const close = () => setOpened(undefined);
  return (
    <section className="DraftBar" aria-label="Draft" data-tone={draft.isBehind ? 'bad' : 'wait'}>
      <div className="DraftTop">
        <p>
          <strong>
            {draft.isBehind ? 'The live rules have changed since this draft began' : 'Draft, not published'}
          </strong>{' '}
          <span className="Faint">
            changed <Time at={draft.changedAt} isRelative /> by {draft.changedBy}
          </span>
        </p>
        <span className="Row">
          <Button onClick={tryOut}>Try it out</Button>
          {mayChange ? (
            <>
              <Button isBusy={discard.isPending} onClick={() => discard.mutate(draft.revision)}>
                Discard
              </Button>
              {request === undefined ? null : (
                <Button onClick={() => setOpened('refuse')}>{draft.isOwn ? 'Take back…' : 'Refuse…'}</Button>
              )}
              {draft.isBehind ? (
                <Button
                  look="main"
                  isBusy={save.isPending}
                  onClick={() => save.mutate({ seen: ruleSet, wanted: draft, onto: live.version })}
                >
                  Keep it for version {live.version}
                </Button>
              ) : mayPublish || isAsking ? (
                <Button look="main" onClick={() => setOpened('publish')}>
                  {isAsking ? 'Ask for publication…' : 'Publish…'}
                </Button>
              ) : null}
            </>
          ) : null}
        </span>
      </div>
      {draft.isBehind ? (
        <p>
          The draft was made for version {draft.baseVersion}; version {live.version} is live. Published as it is, the
          draft would change this of version {live.version}:
        </p>
      ) : null}
      <RequestWords draft={draft} />
      <Differences of={draft.changes} />
      {save.error !== null && draft.isBehind ? <Notice tone="bad">{wordsOf(save.error)}</Notice> : null}
      {opened === 'publish' ? (
        <PublishDialog ruleSet={ruleSet} draft={draft} tools={tools} isAsking={isAsking} close={close} />
      ) : opened === 'refuse' ? (
        <RefuseDialog draft={draft} tools={tools} close={close} />
      ) : null}
    </section>
  );
}
