import { outliveReader } from "../outlive-reader.ts";
import { runCommand } from "../run-command.ts";
import { command } from "./command.ts";

outliveReader();
void runCommand(command);
