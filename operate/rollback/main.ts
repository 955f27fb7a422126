import { runCommand } from "../run-command.ts";
import { command } from "./command.ts";

void runCommand(command);
