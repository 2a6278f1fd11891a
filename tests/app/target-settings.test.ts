import os from 'node:os';
import { targetPolicyOf } from '../../src/app/settings';
import { readConfig } from '../../src/config/config';
import { checkTargetUrl } from '../../src/webhooks/request/target-url';

test('webhooks are not sent to a public address of the machine itself, unless its network is allowed', () => {
  const own = '93.184.216.34';
  const face = {
    address: own,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '',
    internal: false,
    cidr: `${own}/24`,
  } as const;
  const interfaces = jest.spyOn(os, 'networkInterfaces').mockReturnValue({ eth0: [face] });
  const fault = (env: object, ip: string) => checkTargetUrl(`https://${ip}/`, targetPolicyOf(readConfig({ ...env })));
  try {
    expect(fault({}, own)).toContain('is an address of the machine that Hookledger runs on');
    expect([fault({}, '93.184.216.35'), fault({ ALLOWED_TARGET_NETWORKS: own }, own)]).toEqual([null, null]);
  } finally {
    interfaces.mockRestore();
  }
});
