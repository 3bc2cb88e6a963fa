import { Reader } from './reader.js';

export default function Page() {
  return <Reader text="今天天气不错，早上好！" />;
}
