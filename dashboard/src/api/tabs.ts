// What the tabs of one browser tell each other: they share the session.
type Message =
  /** A request was made, which keeps the session alive. */
  { kind: 'used' } | { kind: 'signed in'; userId: string } | { kind: 'signed out' };

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hookledger');

export function tellTabs(message: Message): void {
  channel?.postMessage(message);
}

export function hearTabs(listener: (message: Message) => void): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => listener(data));
}
