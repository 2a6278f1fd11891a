// IP addresses as viewers see them who need not know from which machine a call came.
import ipaddr from 'ipaddr.js';
import { readAddress, withoutMapping } from '../networks';

/** The bits that are shown of an address. */
const SHOWN = { ipv4: 24, ipv6: 48 };

/** @returns its network, such as 192.0.2.0/24; null: it is no address of a network */
export function networkOf(address: string): string | null {
  const read = readAddress(address);
  if (read === null) return null;
  const plain = withoutMapping(read);
  const bits = SHOWN[plain.kind()];
  const bytes = plain.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes)}/${bits}`;
}

const IPV4 = '^([0-9]{1,3}[.]){3}[0-9]{1,3}$';
const IPV6 = '^[0-9a-fA-F.]*:[0-9a-fA-F:.]*$';

/** The same in SQL. @param address an SQL expression of an address as Node writes it */
export function networkOfSql(address: string): string {
  const network = (text: string, bits: number) => `network(set_masklen((${text})::inet, ${bits}))::text`;
  const plain = `regexp_replace(${address}, '^::ffff:(?=[0-9]+[.])', '')`;
  return `case when ${plain} ~ '${IPV4}' then ${network(plain, SHOWN.ipv4)}
    when ${address} ~ '${IPV6}' then ${network(address, SHOWN.ipv6)} end`;
}
