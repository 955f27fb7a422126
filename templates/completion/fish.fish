# __geo_system_table has a line for each word that can be typed: WHERE|KIND|WORD|VALUE|WHAT IT IS. `geo-system completion`
# writes it before this.

function __geo_system_complete
    set -l typed (commandline -opc)
    set -l place ''
    for each in $typed[2..-1]
        for line in (string split \n -- $__geo_system_table)
            if string match -q -- "$place|command|$each|*" $line
                set place (string trim -- "$place $each")
                break
            end
        end
    end
    set -l takes ''
    set -l known
    for line in (string split \n -- $__geo_system_table)
        set -l entry (string split '|' -- $line)
        if test "$entry[1]" = "$place"
            set -a known "$entry[3]"\t"$entry[5]"
            if test "$entry[3]" = "$typed[-1]"
                set takes $entry[4]
            end
        end
    end
    switch "$takes"
        case ''
            printf '%s\n' $known
        case FILE
            set -l paths (commandline -ct)*
            printf '%s\n' $paths
        case TEXT
        case '*'
            string split ' ' -- $takes
    end
end

complete -c geo-system -f -a '(__geo_system_complete)'
