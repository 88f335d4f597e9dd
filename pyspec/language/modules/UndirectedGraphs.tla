-------------------------- MODULE UndirectedGraphs --------------------------
(* Undirected graphs, as records: `node` is the set of nodes, `edge` the   *)
(* set of edges, which are sets {m, n} of one or two nodes.                *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* Whether there is an edge between m and n.
LOCAL Joined(G, m, n) == {m, n} \in G.edge

\* Whether G is a graph whose edges join its nodes.
IsUndirectedGraph(G) ==
  /\ G = [node |-> G.node, edge |-> G.edge]
  /\ G.edge \subseteq {{m, n} : m, n \in G.node}

\* The same, and no edge joins a node with itself.
IsLoopFreeUndirectedGraph(G) ==
  /\ IsUndirectedGraph(G)
  /\ \A n \in G.node : {n} \notin G.edge

\* The graphs with some of G's nodes and some of its edges between them.
UndirectedSubgraph(G) ==
  {H \in [node : SUBSET G.node, edge : SUBSET G.edge] : IsUndirectedGraph(H)}

-----------------------------------------------------------------------------

\* The nodes that paths from the nodes of a set lead to, itself included.
LOCAL Reached(G, nodes) ==
  LET RECURSIVE from(_)
      from(found) ==
        LET more == TLCEval(found \cup {n \in G.node :
                                          \E m \in found : Joined(G, m, n)})
        IN  IF more = found THEN found ELSE from(more)
  IN  from(nodes)

\* All paths: sequences of one node or more, neighbours joined by an edge.
Path(G) ==
  {p \in Seq(G.node) :
     /\ p # <<>>
     /\ \A i \in 1..Len(p) - 1 : Joined(G, p[i], p[i + 1])}

\* The paths that come to no node twice.
SimplePath(G) ==
  LET longer(paths) ==
        UNION {{Append(p, n) : n \in {m \in G.node :
                  /\ \A i \in 1..Len(p) : p[i] # m
                  /\ Joined(G, p[Len(p)], m)}} : p \in paths}
      RECURSIVE from(_)
      from(paths) == IF paths = {} THEN {}
                     ELSE paths \cup from(TLCEval(longer(paths)))
  IN  from({<<n>> : n \in G.node})

\* Whether a path leads from m to n, which are nodes.
AreConnectedIn(m, n, G) == m \in G.node /\ n \in Reached(G, {m})

\* The sets of nodes that paths join, each as large as it can be.
ConnectedComponents(G) == {Reached(G, {n}) : n \in G.node}

\* Whether there is one of them, which has all nodes.
IsStronglyConnected(G) == ConnectedComponents(G) = {G.node}

\* All graphs whose nodes are S.
UndirectedGraphs(S) == [node : {S}, edge : SUBSET {{m, n} : m, n \in S}]

=============================================================================
