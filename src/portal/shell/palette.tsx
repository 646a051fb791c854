/** Ctrl-K: pages, users and actions by a few letters. */
import { commonTexts } from '#portal-texts/kit.ts';
import { paletteTexts } from '#portal-texts/menus.ts';
import { fill } from '../kit/fill.ts';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  Building2,
  Keyboard,
  LogOut,
  MonitorSmartphone,
  Moon,
  Search,
  SlidersHorizontal,
  Sun,
  UserRound,
  Zap,
} from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { queryOf } from '../api/call.ts';
import type { UsersPage } from '../api/types.ts';
import { places, settingsPlaces } from './places.ts';
import { useScene } from './tenant.tsx';
import { chooseTheme } from './theme.ts';
import { useSignOut } from './use-sign-out.ts';

interface Item {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
  readonly icon: ReactNode;
  readonly run: () => void;
}
interface Group {
  readonly value: string;
  readonly items: readonly Item[];
}

const isActionId = (words: string) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(words);
const pauseMs = 200;

export function Palette({ close, showShortcuts }: { readonly close: () => void; readonly showShortcuts: () => void }) {
  const { session, tenant, may, portal } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  const shown = useDeferredValue(words.trim().toLowerCase());
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [words]);
  const { data: found } = useQuery({
    queryKey: [tenantId, 'palette', asked],
    queryFn: ({ signal }) =>
      portal<UsersPage>('GET', `/users${queryOf({ words: asked, limit: 6 })}`, undefined, signal),
    enabled: asked !== '' && may('users:read'),
  });

  const fits = ({ label, note = '' }: Item) => `${label} ${note}`.toLowerCase().includes(shown);
  const groups: readonly Group[] = [
    {
      value: paletteTexts.pages,
      items: places
        .filter(({ needs }) => may(needs))
        .map(({ to, words: label, icon: Icon }) => ({
          value: to,
          label,
          icon: <Icon size={15} aria-hidden />,
          run: () => void navigate({ to, params: { tenantId } }),
        }))
        .filter(fits),
    },
    {
      value: paletteTexts.settings,
      items: settingsPlaces
        .filter(({ needs }) => shown !== '' && may(needs))
        .map(({ to, words: label }) => ({
          value: to,
          label,
          note: paletteTexts.settings,
          icon: <SlidersHorizontal size={15} aria-hidden />,
          run: () => void navigate({ to, params: { tenantId } }),
        }))
        .filter(fits),
    },
    {
      value: paletteTexts.users,
      items: (asked === '' ? [] : (found?.users ?? [])).map(({ userId, email }) => ({
        value: `user ${userId}`,
        label: userId,
        ...(email === undefined ? {} : { note: email }),
        icon: <UserRound size={15} aria-hidden />,
        run: () => void navigate({ to: '/t/$tenantId/users/$userId', params: { tenantId, userId } }),
      })),
    },
    {
      value: paletteTexts.action,
      items: isActionId(asked)
        ? [
            {
              value: asked,
              label: fill(paletteTexts.openAction, { asked }),
              icon: <Zap size={15} aria-hidden />,
              run: () => void navigate({ to: '/t/$tenantId/actions/$actionId', params: { tenantId, actionId: asked } }),
            },
          ]
        : [],
    },
    {
      value: paletteTexts.tenants,
      items: session.tenants
        .filter((one) => one.tenantId !== tenantId)
        .map(({ tenantId: other, name }) => ({
          value: other,
          label: fill(paletteTexts.switchTo, { name }),
          icon: <Building2 size={15} aria-hidden />,
          run: () => void navigate({ to: '/t/$tenantId', params: { tenantId: other } }),
        }))
        .filter(fits),
    },
    {
      value: paletteTexts.do,
      items: [
        {
          value: 'shortcuts',
          label: paletteTexts.listTheShortcuts,
          icon: <Keyboard size={15} aria-hidden />,
          run: showShortcuts,
        },
        {
          value: 'light',
          label: paletteTexts.themeLight,
          icon: <Sun size={15} aria-hidden />,
          run: () => chooseTheme('light'),
        },
        {
          value: 'dark',
          label: paletteTexts.themeDark,
          icon: <Moon size={15} aria-hidden />,
          run: () => chooseTheme('dark'),
        },
        {
          value: 'system',
          label: paletteTexts.themeAsTheSystem,
          icon: <MonitorSmartphone size={15} aria-hidden />,
          run: () => chooseTheme('system'),
        },
        {
          value: 'sessions',
          label: paletteTexts.yourSessions,
          icon: <MonitorSmartphone size={15} aria-hidden />,
          run: () => void navigate({ to: '/t/$tenantId/sessions', params: { tenantId } }),
        },
        { value: 'out', label: paletteTexts.signOut, icon: <LogOut size={15} aria-hidden />, run: signOut },
      ].filter(fits),
    },
  ].filter(({ items }) => items.length > 0);

  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="Backdrop" />
        <Dialog.Popup className="Palette" aria-label={paletteTexts.title}>
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            value={words}
            onValueChange={setWords}
            itemToStringValue={({ label }: Item) => label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="PaletteTop">
              <Search size={16} aria-hidden />
              <Autocomplete.Input
                className="PaletteInput"
                aria-label={paletteTexts.find}
                placeholder={paletteTexts.placeholder}
              />
            </div>
            <Dialog.Close className="Hidden">{commonTexts.close}</Dialog.Close>
            <div className="PaletteList">
              <Autocomplete.Empty>
                <div className="PaletteEmpty">{paletteTexts.nothingFound}</div>
              </Autocomplete.Empty>
              <Autocomplete.List>
                {(group: Group) => (
                  <Autocomplete.Group key={group.value} items={group.items}>
                    <Autocomplete.GroupLabel className="MenuLabel">{group.value}</Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: Item) => (
                        <Autocomplete.Item
                          key={item.value}
                          value={item}
                          className="MenuItem"
                          onClick={() => {
                            close();
                            item.run();
                          }}
                        >
                          {item.icon}
                          <span className="MenuMain">{item.label}</span>
                          {item.note === undefined ? null : <small>{item.note}</small>}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </div>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
