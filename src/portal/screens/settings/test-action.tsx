import { commonTexts } from '#portal-texts/kit.ts';
import { testActionTexts } from '#portal-texts/test-action.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { AppWindow, FlaskConical, Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { ActionDetail, TestAction } from '../../api/types.ts';
import { isAttended } from '../../kit/attended.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Empty, Facts, IconButton, Notice, PageHead, StateBadge } from '../../kit/parts.tsx';
import { readStored, store } from '../../kit/stored.ts';
import { useChange } from '../../kit/use-change.ts';
import { methodWords } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';

const userPrefix = 'portal-test-';
const deviceKey = 'test-device';
const pollMs = 2_500;

interface Member {
  readonly name: string;
  readonly value: string;
}

/** Tracks an action of a test user, and follows what becomes of it while its pages are open beside the portal. */
export function TestActionScreen() {
  const { session, may } = useScene();
  const { code } = useSearch({ from: '/t/$tenantId/settings/test-action' });
  const [tracked, setTracked] = useState<TestAction>();
  return (
    <div className="Page">
      <PageHead title={testActionTexts.testAction} />
      <p className="Faint">{fillNodes(testActionTexts.text, { userPrefix: <code>{userPrefix}</code> })}</p>
      {may('configuration:change') ? (
        <div className="Split">
          <TrackForm email={session.email} code={code} tracked={setTracked} />
          <div className="SplitSide">
            {tracked === undefined ? (
              <Empty icon={<FlaskConical size={20} aria-hidden />} title={testActionTexts.nothingTrackedYet}>
                <p>{testActionTexts.nothingTrackedYetText}</p>
              </Empty>
            ) : (
              <Answer key={tracked.actionId} action={tracked} />
            )}
          </div>
        </div>
      ) : (
        <Empty icon={<FlaskConical size={20} aria-hidden />} title={testActionTexts.notForYou}>
          <p>{testActionTexts.notForYouText}</p>
        </Empty>
      )}
    </div>
  );
}

function TrackForm({
  email: own,
  code,
  tracked,
}: {
  readonly email: string;
  readonly code: string | undefined;
  readonly tracked: (action: TestAction) => void;
}) {
  const { portal } = useScene();
  const [given, setGiven] = useState({
    actionCode: code ?? 'test-action',
    userId: `${userPrefix}${own.split('@')[0] ?? ''}`,
    email: own,
    deviceId: deviceOfBrowser(),
    userAgent: navigator.userAgent,
    ipAddress: '',
  });
  const [custom, setCustom] = useState<readonly Member[]>([]);
  const track = useChange(
    () =>
      portal<TestAction>('POST', '/test-actions', {
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== '')),
        ...(custom.length === 0
          ? {}
          : { custom: Object.fromEntries(custom.map(({ name, value }) => [name, valueOf(value)])) }),
      }),
    tracked,
  );
  const field = (name: keyof typeof given, label: string, max: number, note?: string) => (
    <Labelled label={label} {...(note === undefined ? {} : { note })}>
      {(ids) => (
        <input
          {...ids}
          className="Input"
          maxLength={max}
          required={name === 'actionCode' || name === 'userId'}
          autoComplete="off"
          spellCheck={false}
          value={given[name]}
          onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
        />
      )}
    </Labelled>
  );
  return (
    <form
      className="Card Form"
      aria-label={testActionTexts.testAction}
      onSubmit={(event) => {
        event.preventDefault();
        track.start(undefined);
      }}
    >
      <div className="Columns">
        {field('actionCode', testActionTexts.actionCode, 64)}
        {field('userId', testActionTexts.userId, 256)}
        {field('email', testActionTexts.emailAddress, 320, testActionTexts.codesAreMailedThere)}
        {field('deviceId', testActionTexts.deviceId, 256, testActionTexts.emptyItCountsAsNew)}
        {field('ipAddress', testActionTexts.ipAddress, 256, testActionTexts.addressNote)}
        {field('userAgent', testActionTexts.userAgent, 4_096)}
      </div>
      <fieldset className="Form">
        <legend className="Legend">{testActionTexts.customData}</legend>
        {custom.map(({ name, value }, at) => (
          <div key={at} className="PairRow">
            <input
              className="Input"
              aria-label={fill(testActionTexts.nameNumbered, { at: at + 1 })}
              placeholder={testActionTexts.namePlaceholder}
              required
              maxLength={64}
              value={name}
              onChange={(event) =>
                setCustom(custom.map((one, place) => (place === at ? { ...one, name: event.target.value } : one)))
              }
            />
            <input
              className="Input"
              aria-label={fill(testActionTexts.valueNumbered, { at: at + 1 })}
              placeholder="18450"
              value={value}
              onChange={(event) =>
                setCustom(custom.map((one, place) => (place === at ? { ...one, value: event.target.value } : one)))
              }
            />
            <IconButton
              label={
                name === ''
                  ? fill(testActionTexts.removeNumbered, { at: at + 1 })
                  : fill(testActionTexts.removeNamed, { name })
              }
              onClick={() => setCustom(custom.filter((_one, place) => place !== at))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          </div>
        ))}
        <div>
          <Button onClick={() => setCustom([...custom, { name: '', value: '' }])}>
            <Plus size={13} aria-hidden />
            {testActionTexts.addAValue}
          </Button>
        </div>
      </fieldset>
      <div role="alert">{track.problem === undefined ? null : <Notice tone="bad">{track.problem}</Notice>}</div>
      <div className="ModalEnd">
        <Button look="main" type="submit" isBusy={track.isBusy}>
          {testActionTexts.track}
        </Button>
      </div>
    </form>
  );
}

function Answer({ action }: { readonly action: TestAction }) {
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const { actionId, url, rules, isEnrolled, enrolledVerificationMethods, allowedVerificationMethods } = action;
  const { data } = useQuery({
    queryKey: [tenantId, 'action', actionId],
    queryFn: ({ signal }) => portal<ActionDetail>('GET', `/actions/${encodeURIComponent(actionId)}`, undefined, signal),
    refetchInterval: () => (isAttended() ? pollMs : false),
  });
  const state = data?.state ?? action.state;
  const hasPages = state === 'CHALLENGE_REQUIRED' || !isEnrolled;
  const list = (names: readonly string[]) =>
    names.length === 0 ? commonTexts.none : names.map(methodWords).join(', ');
  return (
    <section className="Card" aria-label={testActionTexts.answer}>
      <h2>{testActionTexts.answer}</h2>
      <div aria-live="polite">
        <StateBadge state={state} />
      </div>
      <div className="Above">
        <Facts
          of={[
            [
              testActionTexts.rules,
              rules.length === 0 ? testActionTexts.noneMatched : rules.map(({ name }) => name).join(', '),
            ],
            [testActionTexts.enrolled, list(enrolledVerificationMethods)],
            [testActionTexts.permitted, list(allowedVerificationMethods)],
          ]}
        />
      </div>
      {isEnrolled ? null : <p className="Note">{testActionTexts.noAuthenticator}</p>}
      <div className="Row Above">
        {hasPages ? (
          <Button look="main" onClick={() => openBeside(url)}>
            <AppWindow size={14} aria-hidden />
            {testActionTexts.openPages}
          </Button>
        ) : null}
        <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId }} className="Button" preload={false}>
          {testActionTexts.why}
        </Link>
      </div>
    </section>
  );
}

/** A window of the size of a phone, which cannot reach back into the portal. */
function openBeside(url: string): void {
  window.open(url, '_blank', 'popup,noopener,noreferrer,width=440,height=820');
}

/** The same for each test in this browser, so that the second one comes from a known device. */
function deviceOfBrowser(): string {
  const kept = readStored(deviceKey);
  if (typeof kept === 'string') return kept;
  const made = `portal-test-${Math.random().toString(36).slice(2, 10)}`;
  store(deviceKey, made);
  return made;
}

/** Numbers, booleans and JSON as they are; everything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
