// A subscription keeps no session alive: a page that only listens is signed out after an hour, and each page after twelve.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { SessionEndDocument, ViewerDocument } from '../api/generated/documents';
import { useSessionEnded } from '../api/session-state';
import { useIdleEnd } from '../api/session-use';
import { useAct, useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { SignInForm } from './sign-in-form';
import { useSignInTexts } from './texts';

const WARN_MS = 300_000;
const TICK_MS = 5_000;
/** A page first asks for what it shows. */
const END_ASKED_AFTER_MS = 20_000;
/** How much later than computed a session ends: the server notes uses to the minute. */
const SURELY_MS = 65_000;

export function SessionWarning() {
  return useSessionEnded() ? null : <Watch />;
}

function Watch() {
  const cache = useQueryClient();
  const now = useNow();
  const idleEnd = useIdleEnd();
  const lastEnd = useLastEnd();
  const [dismissed, setDismissed] = useState<number | null>(null);
  const endsAt = Math.min(idleEnd, lastEnd);
  const left = endsAt - now;
  const isOver = left < -SURELY_MS;
  // only the server knows; asked earlier, it would take the question for a use
  useEffect(() => {
    if (isOver) void cache.invalidateQueries({ queryKey: [ViewerDocument.toString()] });
  }, [isOver, cache]);
  return (
    <Warning
      key={endsAt}
      isOpen={left <= WARN_MS && !isOver && dismissed !== endsAt}
      endsAt={endsAt}
      minutes={Math.max(1, Math.ceil(left / 60_000))}
      byIdleness={endsAt === idleEnd}
      onClose={() => setDismissed(endsAt)}
    />
  );
}

/** The time, which moves on in steps. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** When the session ends however much it is used, by the clock of this browser. It is asked for once: to ask is to use. */
function useLastEnd(): number {
  const [isDue, setDue] = useState(false);
  const mayAsk = useViewer().may('Query.mySessions');
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), END_ASKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const query = useApi(SessionEndDocument, {}, { enabled: isDue && mayAsk, freshMs: Number.POSITIVE_INFINITY });
  const expiresAt = query.data?.data.mySessions?.nodes.find(({ current }) => current)?.expiresAt;
  if (!query.data || expiresAt === undefined) return Number.POSITIVE_INFINITY;
  return query.dataUpdatedAt + Date.parse(expiresAt) - Date.parse(query.data.data.about.serverTime);
}

interface WarningProps {
  isOpen: boolean;
  endsAt: number;
  minutes: number;
  /** false: at its last end, which no use moves. */
  byIdleness: boolean;
  onClose(): void;
}

function Warning({ isOpen, endsAt, minutes, byIdleness, onClose }: WarningProps) {
  const texts = useSignInTexts();
  const times = useTimes();
  const { about, user } = useViewer();
  const asking = useAct(ViewerDocument);
  const [isSigningIn, setSigningIn] = useState(false);
  return (
    <Dialog title={texts.warning} isOpen={isOpen} onClose={onClose}>
      <p>{byIdleness ? texts.idle(minutes) : texts.limit(times.full(new Date(endsAt).toISOString()))}</p>
      {asking.error ? <Failed error={asking.error} /> : null}
      {isSigningIn ? (
        <SignInForm
          methods={about.signInMethods}
          returnTo={`${window.location.pathname}${window.location.search}`}
          previousUser={user?.id ?? null}
          done={onClose}
        />
      ) : (
        <div className="row">
          {byIdleness ? (
            <Button kind="primary" isDisabled={asking.isPending} onPress={() => asking.mutate({})}>
              {texts.stay}
            </Button>
          ) : (
            <Button kind="primary" onPress={() => setSigningIn(true)}>
              {texts.signInNow}
            </Button>
          )}
          <Button kind="plain" onPress={onClose}>
            {texts.later}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
